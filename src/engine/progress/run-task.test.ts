import { expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { EngineEvent } from "../events.ts";
import { diagnoseFailure } from "./diagnose-failure.ts";
import type { TaskOptions } from "./run-task.ts";
import { runTask } from "./run-task.ts";

const routes = { cluster: "west", id: "west/routes", task: "routes" };

function optionsWith(events: EngineEvent[], signal: AbortSignal = new AbortController().signal): TaskOptions {
  let time = 0;
  const now = (): number => (time += 500);
  return { signal, now, onEvent: (event) => events.push(event) };
}

const fails = (error: unknown) => async (): Promise<never> => Promise.reject(error);

it("emits start, notes and end with the task's id, and gives what the work gives", async () => {
  const events: EngineEvent[] = [];
  const part = { ...routes, id: "west/routes/ready", within: "west/routes" };
  const result = await runTask(part, optionsWith(events), async (note) => {
    note("waiting");
    return Promise.resolve(7);
  });
  expect(result).toBe(7);
  const about = { subject: "west", task: "routes", id: "west/routes/ready", within: "west/routes" };
  expect(events).toEqual([
    { kind: "task.started", ...about },
    { kind: "task.note", note: "waiting", ...about },
    { kind: "task.done", seconds: 0.5, ...about },
  ]);
});

it("diagnoses a failure once: what a task and the one around it reject with is the diagnosis of the event", async () => {
  const events: EngineEvent[] = [];
  const options = optionsWith(events);
  const error: unknown = await runTask(routes, options, async () =>
    runTask({ ...routes, id: "west/routes/ready", within: "west/routes" }, options, fails(new Error("odd"))),
  ).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  const [again] = await diagnoseFailure(error, "west", "another step");
  const failed = events.filter((event) => event.kind === "task.failed");
  expect(failed.map(({ id, diagnostic }) => [id, diagnostic])).toEqual([
    ["west/routes/ready", again],
    ["west/routes", again],
  ]);
});

it("rejects with the interruption itself, and emits no end", async () => {
  const events: EngineEvent[] = [];
  const reason = new Error("interrupted");
  await expect(runTask(routes, optionsWith(events, AbortSignal.abort(reason)), fails(reason))).rejects.toBe(reason);
  expect(events.map(({ kind }) => kind)).toEqual(["task.started"]);
});

it("says that it failed where the signal is that of a lost Lease", async () => {
  const events: EngineEvent[] = [];
  const lost = AbortSignal.abort(new Error("lost"));
  const options = { ...optionsWith(events, lost), lost };
  await expect(runTask(routes, options, fails(lost.reason))).rejects.toBeInstanceOf(UserError);
  expect(events.map(({ kind }) => kind)).toEqual(["task.started", "task.failed"]);
});

it("says how long the work takes where that is known, and has no id where no plan names it", async () => {
  const events: EngineEvent[] = [];
  await runTask({ cluster: "west", task: "looking", expectedSeconds: 3 }, optionsWith(events), async () =>
    Promise.resolve(),
  );
  expect(events).toEqual([
    { kind: "task.started", subject: "west", task: "looking", expectedSeconds: 3 },
    { kind: "task.done", subject: "west", task: "looking", seconds: 0.5 },
  ]);
});
