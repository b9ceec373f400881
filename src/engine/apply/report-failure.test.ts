import { expect, it } from "vitest";
import type { EngineEvent } from "../events.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import type { RunOptions } from "../options.ts";
import { tellFailure } from "./report-failure.ts";
import type { Working } from "./cluster-run.ts";

const work = { one: { cluster: { name: "west" } }, lost: new AbortController().signal } as unknown as Working;

function optionsWith(signal: AbortSignal, events: EngineEvent[]): RunOptions {
  return { signal, onEvent: (event: EngineEvent) => events.push(event) } as unknown as RunOptions;
}

it("diagnoses a failed wave once: what the wave rejects with is the diagnosis that the event had", async () => {
  const events: EngineEvent[] = [];
  const error = await tellFailure(new Error("odd"), work, "routes", optionsWith(new AbortController().signal, events));
  expect(error).toBeInstanceOf(UserError);
  const [again] = await diagnoseFailure(error, "west", "another step");
  expect(events).toEqual([{ kind: "task.failed", subject: "west", task: "routes", diagnostic: again }]);
});

it("rejects with the interruption itself, and emits nothing", async () => {
  const events: EngineEvent[] = [];
  const reason = new Error("interrupted");
  expect(await tellFailure(reason, work, "routes", optionsWith(AbortSignal.abort(reason), events))).toBe(reason);
  expect(events).toEqual([]);
});
