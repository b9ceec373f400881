import { expect, it, vi } from "vitest";
import { freshFolder, isthmus } from "../e2e/world.ts";
import { dnsIssuer, frontDoorInstance, frontDoorWorld, writeDoorMesh } from "./front-door-world.ts";

function routeFor(name: string): object {
  return {
    name,
    gateway: "again-gateway",
    hosts: [`${name}.example.test`],
    match: { exact: "/hello" },
    tls: { secretName: `${name}-tls`, certificate: name, issuer: "pebble" },
    dns: { via: "externalDns" },
    weights: { v1: 50, v2: 50 },
  };
}

it("issues again after the ACME server was started anew, which knows no accounts: status says so, up mends it", async () => {
  const world = await frontDoorWorld();
  const issuers = [dnsIssuer(world, "pebble")];
  const first = writeDoorMesh(world, freshFolder(), { issuers, routes: [routeFor("before")] });
  expect((await isthmus(["apply", "-f", first, "--yes", "--prune"])).code).toBe(0);
  const pebble = world.frontDoor.components.find(({ name }) => name === "pebble");
  process.kill(pebble?.pid ?? Number.NaN, "SIGKILL");
  await vi.waitFor(
    async () => {
      const { frontDoor } = await frontDoorWorld();
      expect(frontDoor.problems).toEqual([
        "the ACME server was started anew, and knows no account of the clusters' issuers",
      ]);
    },
    { timeout: 180_000, interval: 500 },
  );
  const up = await isthmus(["sandbox", "up", "--instance", frontDoorInstance]);
  expect(up.code).toBe(0);
  expect((await frontDoorWorld()).frontDoor.problems).toEqual([]);
  const second = writeDoorMesh(world, freshFolder(), { issuers, routes: [routeFor("after")] });
  const applied = await isthmus(["apply", "-f", second, "--yes", "--prune"]);
  expect(applied.err).not.toContain("error[");
  expect(applied.code).toBe(0);
});
