import { expect, it } from "vitest";
import { untilAborted } from "./until-aborted.ts";

it("gives what the work gives, and its failure", async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve("done"), signal)).toBe("done");
  await expect(untilAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
});

it("waits no longer than its own signal, whatever becomes of the work", async () => {
  const stop = new AbortController();
  const never = new Promise<string>(() => {});
  const waiting = untilAborted(never, stop.signal);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(untilAborted(never, stop.signal)).rejects.toThrow("enough");
});
