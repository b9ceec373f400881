import { describe, expect, it } from "vitest";
import type { QueueTask } from "./run-queue.ts";
import { runQueue } from "./run-queue.ts";

function task(
  id: string,
  waits: Partial<Pick<QueueTask, "needs" | "after">>,
  run: QueueTask["run"] = async () => {},
): QueueTask {
  return { id, cluster: id.split("/")[0] ?? id, needs: waits.needs ?? [], after: waits.after ?? [], run };
}

const never = new AbortController().signal;

describe("the queue", () => {
  it("starts a task only after everything that it waits for", async () => {
    const log: string[] = [];
    const noted = (id: string, waits: Partial<Pick<QueueTask, "needs" | "after">>): QueueTask =>
      task(id, waits, async () => {
        log.push(id);
      });
    await runQueue(
      [noted("west/c", { needs: ["west/b"] }), noted("west/b", { needs: ["west/a"] }), noted("west/a", {})],
      never,
    );
    expect(log).toEqual(["west/a", "west/b", "west/c"]);
  });

  it("runs what does not depend on each other side by side", async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    // West can only end because east runs at the same time.
    const outcomes = await runQueue(
      [task("west/a", {}, async () => gate), task("east/a", {}, async () => open())],
      never,
    );
    expect([...outcomes.values()].map((one) => one.kind)).toEqual(["done", "done"]);
  });

  it("skips what needs a failed task and lets barriers pass", async () => {
    const outcomes = await runQueue(
      [
        task("west/a", {}, async () => {
          throw new Error("no");
        }),
        task("west/b", { needs: ["west/a"] }),
        task("east/a", {}),
        task("east/b", { needs: ["east/a"], after: ["west/a", "west/b"] }),
      ],
      never,
    );
    expect(outcomes.get("west/a")).toMatchObject({ kind: "failed" });
    expect(outcomes.get("west/b")).toEqual({ kind: "skipped", because: "west/a" });
    expect(outcomes.get("east/b")).toEqual({ kind: "done" });
  });

  it("starts nothing after an abort and says what was interrupted in the middle", async () => {
    const abort = new AbortController();
    const outcomes = await runQueue(
      [
        task("west/a", {}, async (signal) => {
          abort.abort();
          signal.throwIfAborted();
        }),
        task("west/b", { after: ["west/a"] }),
      ],
      abort.signal,
    );
    expect(outcomes.get("west/a")).toEqual({ kind: "interrupted", started: true });
    expect(outcomes.get("west/b")).toEqual({ kind: "interrupted", started: false });
  });

  it("refuses tasks that wait for each other", async () => {
    await expect(runQueue([task("a", { needs: ["b"] }), task("b", { needs: ["a"] })], never)).rejects.toThrow(
      "wait for each other",
    );
  });
});
