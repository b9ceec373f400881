import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dropPackets, passPackets } from "../e2e/node-processes.ts";
import { addressesOf, startDns, stopDns, until, writePublished } from "../e2e/published-name.ts";
import { isthmus, kubectl, startIsthmus } from "../e2e/world.ts";

let file = "";

beforeAll(async () => {
  await startDns();
  file = writePublished();
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
}, 300_000);

afterAll(async () => {
  await passPackets("east").catch(() => undefined);
  await stopDns(file);
});

it("loses a cluster that is cut off within 15 seconds, and has it again when it answers", async () => {
  const watch = startIsthmus(["dns", "sync", "-f", file, "--watch", "--yes", "-o", "jsonl"]);
  const pod = [
    "-n",
    "istio-system",
    "get",
    "pods",
    "-l",
    "isthmus.dev/probe",
    "-o",
    "jsonpath={.items[*].status.phase}",
  ];
  await expect.poll(async () => (await kubectl("west", pod)).out, { timeout: 20_000, interval: 500 }).toBe("Running");
  // The pod's ports are opened, and a round is asked through them.
  await sleep(6000);
  await dropPackets("east");
  const tookMs = await until(await addressesOf("west"), 15_000).catch(async (error: unknown) => {
    const { out, err } = await watch.end("SIGINT");
    throw new Error(`${String(error)}\n${out}\n${err}`, { cause: error });
  });
  expect(tookMs).toBeLessThan(15_000);
  await passPackets("east");
  await until(await addressesOf("west", "east"), 30_000);
  const ended = await watch.end("SIGINT");
  const events = ended.out
    .split("\n")
    .filter((line) => line.includes('"event":"address"'))
    .map((line) => JSON.parse(line) as { cluster: string; state: string; failedFrom: readonly string[] });
  expect(events.map(({ cluster, state }) => `${cluster} ${state}`)).toEqual(["east down", "east up"]);
  expect(events[0]?.failedFrom.toSorted()).toEqual(["this machine", "west"]);
  expect(ended.code).toBe(130);
  // Deleted they are; the kubelet takes a moment to end them.
  await expect.poll(async () => (await kubectl("west", pod)).out, { timeout: 20_000, interval: 500 }).toBe("");
});
