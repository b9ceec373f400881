import { expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { EngineEvent } from "../events.ts";
import type { ClusterRun } from "./cluster-run.ts";
import { runClusterTask } from "./cluster-task.ts";

const wave = { id: "west/gateways", task: "istio: gateways" };

function west(lost = new AbortController().signal): Pick<ClusterRun, "one" | "lost" | "failed"> {
  return { one: { cluster: { name: "west" } } as ClusterRun["one"], lost, failed: false };
}

it("leaves the cluster as it is when the work is done", async () => {
  const work = west();
  const events: EngineEvent[] = [];
  const { signal } = new AbortController();
  const options = { signal, now: () => 0, onEvent: (event: EngineEvent) => void events.push(event) };
  expect(await runClusterTask(wave, work, options, async () => "done")).toBe("done");
  expect(work.failed).toBe(false);
  expect(events).toEqual([
    { kind: "task.started", subject: "west", ...wave },
    { kind: "task.done", subject: "west", ...wave, seconds: 0 },
  ]);
});

it("says that the cluster has failed before it says why", async () => {
  const work = west();
  const failed: boolean[] = [];
  const { signal } = new AbortController();
  const options = { signal, now: () => 0, onEvent: () => void failed.push(work.failed) };
  const failing = runClusterTask(wave, work, options, async () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toBeInstanceOf(UserError);
  expect(failed).toEqual([false, true]);
});

it("counts the loss of the Lease as a failure, though it ends the work as an interruption does", async () => {
  const lost = AbortSignal.abort(new Error("somebody else took over"));
  const kinds: string[] = [];
  const options = { signal: lost, now: () => 0, onEvent: ({ kind }: EngineEvent) => void kinds.push(kind) };
  const work = west(lost);
  await expect(runClusterTask(wave, work, options, async () => lost.throwIfAborted())).rejects.toBeInstanceOf(
    UserError,
  );
  expect(work.failed).toBe(true);
  expect(kinds).toEqual(["task.started", "task.failed"]);
});
