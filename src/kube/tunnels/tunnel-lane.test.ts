import { PassThrough } from "node:stream";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { createTunnelLane } from "./tunnel-lane.ts";

const { signal } = new AbortController();

function startLane(): { readonly opened: PassThrough[]; readonly lane: ReturnType<typeof createTunnelLane> } {
  const opened: PassThrough[] = [];
  const lane = createTunnelLane(async () => {
    const stream = new PassThrough();
    opened.push(stream);
    return Promise.resolve(stream);
  });
  return { opened, lane };
}

const say =
  (reusable = true) =>
  async (stream: Duplex): Promise<{ readonly value: Duplex; readonly reusable: boolean }> =>
    Promise.resolve({ value: stream, reusable });

describe("a lane to a port of a pod", () => {
  it("keeps its tunnel for the next exchange, and runs one at a time", async () => {
    const { opened, lane } = startLane();
    let running = 0;
    const exchange = async (stream: Duplex): ReturnType<ReturnType<typeof say>> => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { value: stream, reusable: true };
    };
    const used = await Promise.all([1, 2, 3].map(async () => lane.run(signal, exchange)));
    expect(new Set(used)).toEqual(new Set(opened));
    expect(opened).toHaveLength(1);
    lane.close();
    expect(opened[0]?.destroyed).toBe(true);
  });

  it("opens another one after one that ended, failed, or is not to be used again", async () => {
    const { opened, lane } = startLane();
    await lane.run(signal, say());
    opened[0]?.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    await lane.run(signal, say(false));
    expect(opened).toHaveLength(2);
    expect(opened[1]?.destroyed).toBe(true);
    await expect(lane.run(signal, async () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(opened[2]?.destroyed).toBe(true);
    expect(await lane.run(signal, say())).toBe(opened[3]);
  });

  it("gives another tunnel after a kept one that turned out to be broken", async () => {
    const { opened, lane } = startLane();
    await lane.run(signal, say());
    await expect(lane.run(signal, async () => Promise.reject(new Error("closed meanwhile")))).rejects.toThrow("closed");
    expect(await lane.run(signal, say())).toBe(opened[1]);
  });

  it("does not keep what is in use when it is closed", async () => {
    const { opened, lane } = startLane();
    await lane.run(signal, async (stream) => {
      lane.close();
      return Promise.resolve({ value: stream, reusable: true });
    });
    expect(opened[0]?.destroyed).toBe(true);
  });
});
