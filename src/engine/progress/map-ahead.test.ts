import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { mapAhead } from "./map-ahead.ts";

describe("mapping a list ahead of its reader", () => {
  it("keeps the order, whatever takes how long", async () => {
    const results: number[] = [];
    for await (const one of mapAhead([30, 1, 20, 2], 4, async (ms) => sleep(ms, ms))) {
      results.push(one);
    }
    expect(results).toEqual([30, 1, 20, 2]);
  });

  it("never has more begun than it may", async () => {
    let running = 0;
    let most = 0;
    const items = Array.from({ length: 20 }, (_, index) => index);
    for await (const _ of mapAhead(items, 3, async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      running -= 1;
    })) {
      await sleep(1);
    }
    expect(most).toBe(3);
  });

  it("ends with the first failure, after what was begun has ended", async () => {
    const ended: number[] = [];
    const all = mapAhead([1, 2, 3, 4, 5, 6], 3, async (item) => {
      await sleep(item);
      ended.push(item);
      if (item === 1) {
        throw new Error("one");
      }
      return item;
    });
    await expect(all.next()).rejects.toThrow("one");
    expect(ended).toEqual([1, 2, 3]);
  });

  it("begins nothing more when its reader leaves", async () => {
    const begun: number[] = [];
    for await (const one of mapAhead([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item);
      return item;
    })) {
      if (one === 2) {
        break;
      }
    }
    expect(begun).toEqual([1, 2, 3, 4]);
  });
});
