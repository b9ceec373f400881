import { expect, it } from "vitest";
import { rollbackStep } from "../../core/plan/shift-tasks.ts";
import type { EngineEvent } from "../events.ts";
import { createShiftTally } from "./shift-tally.ts";

const step = { name: "step-1", weights: { v1: 50, v2: 50 } };

function written(cluster: string): EngineEvent {
  const id = { group: "networking.istio.io", kind: "VirtualService", namespace: "sample", name: "web" };
  return { kind: "object.applied", cluster, phase: "routes", wave: "routes", action: "update", id };
}

it("calls a cluster interrupted that was written and of which no end was seen", () => {
  const tally = createShiftTally();
  tally.onEvent(written("west"));
  expect(tally.clusters()).toEqual([{ cluster: "west", state: "interrupted", applied: 1 }]);
});

it("counts the writes of all steps, and has the state of the last one", () => {
  const tally = createShiftTally();
  for (const state of ["shifted", "notTaken"] as const) {
    tally.onEvent(written("west"));
    tally.onStep(step, [
      { cluster: "west", state, diagnostics: [] },
      { cluster: "east", state: "unreachable", diagnostics: [] },
    ]);
  }
  expect(tally.clusters()).toEqual([
    { cluster: "west", state: "notTaken", applied: 2 },
    { cluster: "east", state: "unreachable", applied: 0 },
  ]);
});

it("calls rolled back only what took the old weights", () => {
  const tally = createShiftTally();
  tally.onStep(rollbackStep({ v1: 100 }), [
    { cluster: "west", state: "shifted", diagnostics: [] },
    { cluster: "east", state: "failed", diagnostics: [] },
  ]);
  expect(tally.clusters().map(({ state }) => state)).toEqual(["rolledBack", "failed"]);
});
