import { afterEach, describe, expect, it } from "vitest";
import type { SplitMeasurement } from "./measure-split.ts";
import { measureSplit } from "./measure-split.ts";
import type { Behaviour } from "./testing/ingress.ts";
import { closeIngresses, ingressThat } from "./testing/ingress.ts";

afterEach(closeIngresses);

async function measure(behaviour: Behaviour, requests?: number): Promise<SplitMeasurement> {
  return measureSplit(await ingressThat(behaviour, requests), { signal: new AbortController().signal });
}

const half = (number: number): "v1" | "v2" => (number % 2 === 0 ? "v1" : "v2");

describe("a measurement", () => {
  it("counts each request once, however often the gateway tried it", async () => {
    expect(await measure({ version: half, retries: 2 })).toMatchObject({
      kind: "counted",
      attempts: 1,
      answers: { v1: 20, v2: 20 },
      unattributed: 0,
    });
  });

  it("takes an application's 404 for an answer", async () => {
    const measured = await measure({ version: half, status: () => 404 });
    expect(measured).toMatchObject({ kind: "counted", answers: { v1: 20, v2: 20 } });
    expect(measured.tally).toMatchObject({ failures: [], statuses: { 404: 40 } });
  });

  it("begins again when counters have begun anew, and is then as good as any", async () => {
    expect(await measure({ version: half, restarts: 1 })).toMatchObject({
      kind: "counted",
      attempts: 2,
      answers: { v1: 20, v2: 20 },
    });
  });

  it("says that it does not know, when they begin anew each time", async () => {
    expect(await measure({ version: half, restarts: 3 })).toMatchObject({ kind: "restarted", attempts: 3 });
  });

  it("does not count what others asked, where the access log tells whose requests are whose", async () => {
    expect(await measure({ version: half, others: 300, log: true })).toMatchObject({
      kind: "counted",
      attempts: 1,
      answers: { v1: 20, v2: 20 },
    });
  });

  it("knows a version by the Service that it has with routes of the Gateway API, in counters and in the log", async () => {
    const counted = { kind: "counted", answers: { v1: 20, v2: 20 }, unattributed: 0 };
    expect(await measure({ version: half, gatewayApi: true })).toMatchObject(counted);
    expect(await measure({ version: half, gatewayApi: true, others: 300, log: true })).toMatchObject(counted);
  });

  it("says that it does not know, where nothing tells", async () => {
    expect(await measure({ version: half, others: 300 })).toMatchObject({ kind: "others", attempts: 3 });
  });

  it("knows of the version of a request that failed in the gateway only what the log says", async () => {
    const tenth = (number: number) => (number % 10 === 0 ? undefined : "v2");
    const unknown = { kind: "counted", answers: { v1: 0, v2: 36 }, unattributed: 4 };
    expect(await measure({ version: tenth })).toMatchObject(unknown);
    const logged = await measure({ version: tenth, log: true });
    expect(logged).toMatchObject(unknown);
    expect(logged.details).toEqual([{ reason: "UH no_healthy_upstream", count: 4 }]);
  });
});
