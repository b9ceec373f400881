import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { killNode, reviveNodes } from "../e2e/node-processes.ts";
import { addressesOf, resolved, startDns, stopDns, until, writePublished } from "../e2e/published-name.ts";
import { isthmus, kubectl, startIsthmus } from "../e2e/world.ts";

let file = "";

beforeAll(async () => {
  await startDns();
  file = writePublished((text) => text.replace(/^( +)(versions:)/m, "$1failover: {}\n$1$2"));
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
  await addressesOf("west", "east");
}, 300_000);

afterAll(async () => {
  await reviveNodes();
  await stopDns(file);
}, 300_000);

interface Asked {
  readonly address: string;
  /** Seconds after the fault. */
  readonly at: number;
  /** The status, or why there is none. */
  readonly became: string;
}

/** A client that asks for the name's addresses, takes one, and opens a connection of its own to it. */
async function askByName(at: number): Promise<Asked> {
  const addresses = await resolved();
  const address = addresses[Math.floor(Math.random() * addresses.length)] ?? "no address";
  const became = await new Promise<string>((resolve) => {
    const sent = request({ host: address, path: "/hello", headers: { host: "app.example.test" }, agent: false });
    const late = setTimeout(() => sent.destroy(new Error("no answer within 10 s")), 10_000);
    sent.once("response", (answer) => {
      answer.resume().once("close", () => resolve(String(answer.statusCode)));
    });
    sent.once("error", ({ message }) => resolve(message));
    sent.once("close", () => clearTimeout(late));
    sent.end();
  });
  return { address, at, became };
}

it("costs a killed cluster's clients what they ask of its address within 15 seconds, and nobody else anything", async () => {
  const [west = "", east = ""] = [...(await addressesOf("west")), ...(await addressesOf("east"))];
  const watch = startIsthmus(["dns", "sync", "-f", file, "--watch", "--yes", "-o", "jsonl"]);
  const pod = ["-n", "istio-system", "get", "pods", "-l", "isthmus.dev/probe", "-o", "name"];
  await expect.poll(async () => (await kubectl("west", pod)).out, { timeout: 20_000, interval: 500 }).not.toBe("");
  await sleep(8000);

  const began = performance.now();
  const faultAfter = 3;
  const asked: Promise<Asked>[] = [];
  const timer = setInterval(() => asked.push(askByName((performance.now() - began) / 1000 - faultAfter)), 25);
  await sleep(faultAfter * 1000);
  await killNode("east");
  const leftAfter = (await until([west], 15_000)) / 1000;
  await sleep(20_000);
  clearInterval(timer);
  const ended = await watch.end("SIGINT");
  expect(ended.out).toContain('"state":"down"');

  const all = await Promise.all(asked);
  const failed = all.filter(({ became }) => became !== "200");
  const [ofOthers, ofDead] = [
    failed.filter((one) => one.address !== east),
    failed.filter((one) => one.address === east),
  ];
  process.stdout.write(
    `${all.length} requests, the address left after ${leftAfter.toFixed(1)} s; failed: ${ofDead.length} of the dead address, the last ${Math.max(0, ...ofDead.map(({ at }) => at)).toFixed(1)} s after the fault, and ${JSON.stringify(ofOthers)}\n`,
  );
  expect(all.length).toBeGreaterThan(600);
  expect(ofDead.filter(({ at }) => at > leftAfter + 1)).toEqual([]);
  // What the living ingress had sent to pods of the dead cluster: the bar of a failover.
  expect(ofOthers.length).toBeLessThanOrEqual(all.length * 0.005);
  expect(ofOthers.filter(({ at }) => at > 15)).toEqual([]);
});
