import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { freshFolder, isthmus } from "../e2e/world.ts";
import { acmeRoot, curl, frontDoorWorld, ingressOf, writeDoorMesh } from "./front-door-world.ts";

const zone = "wild.example.test";
const tls = { secretName: "wild", issuer: "own" };

/** A wildcard with its apex, which get v2, and a host of it, which gets v1: at one Gateway over TLS, and at one in plain text. */
const wide = [
  { name: "wild", gateway: "wild", hosts: [`*.${zone}`, zone], weights: { v1: 0, v2: 100 }, tls },
  { name: "wild-plain", gateway: "wild-plain", hosts: [`*.${zone}`, zone], weights: { v1: 0, v2: 100 } },
];
const one = [
  { name: "one", gateway: "wild", hosts: [`one.${zone}`], weights: { v1: 100, v2: 0 }, tls },
  { name: "one-plain", gateway: "wild-plain", hosts: [`one.${zone}`], weights: { v1: 100, v2: 0 } },
];

it("gives a host its own route beside an older one of a wildcard at the same Gateway, by one certificate for both and the apex", async () => {
  const world = await frontDoorWorld();
  const into = freshFolder();
  const { acme } = world.frontDoor;
  copyFileSync(acme.caFile, path.join(into, "acme-ca.pem"));
  const authority = path.join(into, "root.pem");
  writeFileSync(authority, await acmeRoot(world));
  const issuers = [{ name: "own", isthmus: { server: acme.directory, caFile: "acme-ca.pem", profile: "default" } }];
  let file = "";
  for (const routes of [wide, [...wide, ...one]]) {
    const settings = { match: { exact: "/hello" } };
    file = writeDoorMesh(world, into, { issuers, routes: routes.map((route) => ({ ...route, ...settings })) });
    const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
    expect(applied.err).not.toContain("error[");
    expect(applied.err).not.toContain("ISM781");
    expect(applied.code).toBe(0);
  }
  for (const cluster of ["west", "east"]) {
    const address = await ingressOf(world, cluster);
    for (const [host, version] of [
      [`one.${zone}`, "v1"],
      [`two.${zone}`, "v2"],
      [zone, "v2"],
    ] as const) {
      for (const scheme of ["http", "https"]) {
        const to = ["--resolve", `${host}:80:${address}`, "--resolve", `${host}:443:${address}`];
        const asked = await curl("--cacert", authority, ...to, `${scheme}://${host}/hello?[1-60]`);
        const answered = new Set(asked.out.match(/version: v\d/g));
        expect(`${cluster} ${scheme} ${host} ${[...answered].join()}`).toBe(
          `${cluster} ${scheme} ${host} version: ${version}`,
        );
        expect(asked.err).toBe("");
      }
    }
  }
  const checked = await isthmus(["check", "-f", file]);
  expect(checked.out).not.toContain("ISM");
  expect(checked.code).toBe(0);
});
