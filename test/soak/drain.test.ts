import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failures, loadDuring } from "../e2e/steady-load.ts";
import { freshFolder, isthmus, kubectl, meshFile, startIsthmus, writeMeshFile } from "../e2e/world.ts";

let file = "";

beforeAll(async () => {
  file = writeMeshFile(freshFolder(), (text) =>
    text
      .replace("v1: { clusters: [west] }", "v1: { clusters: [west, east] }")
      .replace("v2: { clusters: [east] }", "v2: { clusters: [west, east] }"),
  );
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
});

afterAll(async () => {
  await isthmus(["undrain", "east", "-f", file, "--yes", "--force"]);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

/** Asks both ingresses 100 times a second each, over kept connections, while `work` runs; gives the sums of both. */
async function lossDuring(
  work: () => Promise<unknown>,
  seconds: number,
): Promise<{ readonly sent: number; readonly answered: number; readonly failed: number }> {
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath];
  let begun: Promise<unknown> | undefined;
  const figures = await Promise.all(
    ["west", "east"].map(async (cluster) => {
      const { out: address } = await kubectl(cluster, service);
      const once = async (): Promise<unknown> => (begun ??= work());
      const load = { address, hosts: ["shop.example"], perSecond: 100 };
      return (await loadDuring(load, once, seconds))["shop.example"];
    }),
  );
  return figures.reduce(
    (sum, one) => ({
      sent: sum.sent + (one?.sent ?? 0),
      answered: sum.answered + Object.values(one?.answered ?? {}).reduce((all, count) => all + count, 0),
      failed: sum.failed + (one === undefined ? 1 : failures(one)),
    }),
    { sent: 0, answered: 0, failed: 0 },
  );
}

it("drains and undrains again and again, and no request of ten thousand is lost", async () => {
  const found = await lossDuring(async () => {
    for (let round = 0; round < 4; round += 1) {
      expect((await isthmus(["drain", "east", "-f", file, "--yes"])).code).toBe(0);
      expect((await isthmus(["undrain", "east", "-f", file, "--yes"])).code).toBe(0);
    }
  }, 50);
  expect(found.sent).toBeGreaterThan(9000);
  expect(found).toEqual({ sent: found.sent, answered: found.sent, failed: 0 });
});

describe.each(["drain", "undrain"])("%s, killed at several moments under load", (verb) => {
  beforeAll(async () => {
    const before = verb === "drain" ? "undrain" : "drain";
    await isthmus([before, "east", "-f", file, "--yes", "--force"]);
  });

  it("loses no request, and the next command does the rest", async () => {
    const codes: number[] = [];
    const found = await lossDuring(async () => {
      for (const afterMs of [400, 700, 1000, 1300, 1700, 2200]) {
        const running = startIsthmus([verb, "east", "-f", file, "--yes"]);
        await sleep(afterMs);
        await running.end("SIGKILL");
      }
      codes.push((await isthmus([verb, "east", "-f", file, "--yes"])).code);
    }, 12);
    expect({ ...found, codes }).toEqual({ sent: found.sent, answered: found.sent, failed: 0, codes: [0] });
    const status = await isthmus(["status", "-f", file]);
    expect(status.out).not.toContain("half done");
    expect(status.out.includes("out of traffic since")).toBe(verb === "drain");
    expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
  });
});
