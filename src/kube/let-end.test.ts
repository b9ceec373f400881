import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { letEnd } from "./let-end.ts";

const left = new DOMException("interrupted", "AbortError");

afterEach(() => {
  vi.useRealTimers();
});

it("lets a write end that had begun before the interruption", async () => {
  const stop = new AbortController();
  const written = letEnd(stop.signal, async (signal) => pause(50, "written", { signal }));
  stop.abort(left);
  expect(await written).toBe("written");
});

it("begins none after it", async () => {
  await expect(letEnd(AbortSignal.abort(left), async () => expect.unreachable())).rejects.toBe(left);
});

it("cuts one that does not end within five seconds of it, with its reason", async () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  let cut = false;
  const written = letEnd(
    stop.signal,
    async (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          cut = true;
          reject(signal.reason as Error);
        });
      }),
  ).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(60_000);
  stop.abort(left);
  await vi.advanceTimersByTimeAsync(4999);
  expect(cut).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await written).toBe(left);
});
