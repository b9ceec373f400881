import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { untilProbed } from "../e2e/watch-probes.ts";
import { freshFolder, isthmus, startIsthmus } from "../e2e/world.ts";
import { addressesOf, doorKubectl, frontDoorWorld, ingressOf, writeDoorMesh } from "./front-door-world.ts";

const host = "hanging.example.test";
const route = {
  name: "hanging",
  gateway: "hanging-gateway",
  hosts: [host],
  match: { exact: "/hello" },
  dns: { via: "isthmus" },
  weights: { v1: 50, v2: 50 },
};

const fault = { delay: { percentage: { value: 100 }, fixedDelay: "60s" } };

/** Has the ingress gateway of a cluster hold every request of the route for a minute, while it answers others by itself, or no longer. */
async function hang(cluster: string, op: "add" | "remove"): Promise<void> {
  const step = { op, path: "/spec/http/0/fault", ...(op === "add" ? { value: fault } : {}) };
  const patch = ["-n", "sample", "patch", "virtualservice", route.name, "--type=json", "-p", JSON.stringify([step])];
  await doorKubectl(await frontDoorWorld(), cluster, patch);
}

afterAll(async () => {
  for (const cluster of ["west", "east"]) {
    await hang(cluster, "remove").catch(() => undefined);
  }
});

it("takes out a gateway that answers by itself while every request of the name behind it hangs, and has it back later", async () => {
  const world = await frontDoorWorld();
  const file = writeDoorMesh(world, freshFolder(), { issuers: [], routes: [route], healthChecks: { successes: 1 } });
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  expect(`${applied.code} ${applied.err}`).toMatch(/^0/);
  const [west = "", east = ""] = await Promise.all(["west", "east"].map(async (one) => ingressOf(world, one)));
  const addresses = async (): Promise<readonly string[]> => addressesOf(world, host);
  const both = [west, east].toSorted();
  expect(await addresses()).toEqual(both);

  const watch = startIsthmus(["dns", "sync", "-f", file, "--watch", "--yes", "-o", "jsonl"]);
  await untilProbed(async (args) => doorKubectl(world, "west", args));
  await hang("east", "add");
  const began = performance.now();
  await expect.poll(addresses, { timeout: 70_000, interval: 300 }).toEqual([west]);
  process.stdout.write(`out after ${Math.round(performance.now() - began)} ms\n`);
  await hang("east", "remove");
  await expect.poll(addresses, { timeout: 70_000, interval: 300 }).toEqual(both);

  // Where it hangs everywhere no address is better than another.
  await hang("east", "add");
  await hang("west", "add");
  await sleep(45_000);
  expect(await addresses()).toEqual(both);
  const { out } = await watch.end("SIGINT");
  const events = out
    .split("\n")
    .filter((line) => line.includes('"event":"address"'))
    .map((line) => JSON.parse(line) as { readonly cluster: string; readonly state: string; readonly waits?: boolean });
  expect(events.map(({ cluster, state, waits }) => `${cluster} ${state} ${waits}`)).toEqual([
    "east down true",
    "east up undefined",
  ]);
});
