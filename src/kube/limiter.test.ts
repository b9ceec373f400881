import { describe, expect, it } from "vitest";
import { tolerateListeners } from "./tolerate-listeners.ts";
import { createWarmingLimiter } from "./limiter.ts";

const { signal } = new AbortController();
tolerateListeners(signal);

/** Work that ends when it is told to. */
function startWork(): { readonly begun: () => number; readonly end: () => void; readonly work: () => Promise<void> } {
  const ends: (() => void)[] = [];
  let begun = 0;
  return {
    begun: () => begun,
    end: () => ends.shift()?.(),
    work: async () => {
      begun += 1;
      return new Promise((resolve) => ends.push(resolve));
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    // Not at every turn of the event loop: that would be a busy process.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe("a limiter for connections that have to be opened", () => {
  it("begins with a few, and lets more run where nothing ends for a while", async () => {
    const limiter = createWarmingLimiter({ first: 2, most: 6, patienceMs: 20 });
    const { begun, end, work } = startWork();
    const all = Array.from({ length: 10 }, async () => limiter.run(signal, work));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun()).toBe(2);
    await until(() => begun() === 6);
    // No more than that, however long it takes.
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(begun()).toBe(6);
    for (let ended = 0; ended < 10; ended += 1) {
      end();
      await until(() => begun() === Math.min(10, 7 + ended));
    }
    await Promise.all(all);
  });

  it("stays at a few while this process is what keeps everybody waiting", async () => {
    const limiter = createWarmingLimiter({ first: 2, most: 6, patienceMs: 5 });
    const { begun, end, work } = startWork();
    const all = Array.from({ length: 10 }, async () => limiter.run(signal, work));
    for (const busyUntil = performance.now() + 200; performance.now() < busyUntil;) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(begun()).toBe(2);
    await until(() => begun() === 6);
    for (let ended = 0; ended < 10; ended += 1) {
      end();
      await until(() => begun() === Math.min(10, 7 + ended));
    }
    await Promise.all(all);
  });

  it("stays at a few where work ends all the time", async () => {
    const limiter = createWarmingLimiter({ first: 2, most: 6, patienceMs: 5 });
    let [running, most] = [0, 0];
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 2000 }, async () => limiter.run(signal, work)));
    expect(most).toBe(2);
  });

  it("lets more run where something ends all the time, and all of it takes as long as a way far", async () => {
    const limiter = createWarmingLimiter({ first: 2, most: 6, patienceMs: 50 });
    let [running, most] = [0, 0];
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 40));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 60 }, async () => limiter.run(signal, work)));
    expect(most).toBe(6);
  });

  it("passes over what is given up while it waits, and over what fails", async () => {
    const limiter = createWarmingLimiter({ first: 1, most: 1, patienceMs: 5 });
    const stop = new AbortController();
    const { end, work } = startWork();
    const first = limiter.run(signal, work);
    const second = limiter.run(stop.signal, work);
    const third = limiter.run(signal, async () => Promise.reject(new Error("no")));
    const fourth = limiter.run(signal, async () => Promise.resolve("there"));
    stop.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    end();
    await first;
    await expect(third).rejects.toThrow("no");
    expect(await fourth).toBe("there");
    await expect(limiter.run(stop.signal, work)).rejects.toThrow("enough");
  });
});
