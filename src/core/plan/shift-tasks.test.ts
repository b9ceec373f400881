import { describe, expect, it } from "vitest";
import { numberSteps, planShiftTasks, rollbackStep } from "./shift-tasks.ts";

const steps = numberSteps([
  { v1: 50, v2: 50 },
  { v1: 0, v2: 100 },
]);
const base = { clusters: ["east", "west"], steps, proves: true, watches: false, rollback: undefined };

describe("the tasks of a shift on one cluster", () => {
  it("begin a step when the one before it is proven on every cluster", () => {
    expect(planShiftTasks("west", base).map(({ id, kind, needs }) => [id, kind, needs])).toEqual([
      ["west/step-1/write", "write", []],
      ["west/step-1/taken", "wait", ["west/step-1/write"]],
      ["west/step-1/proof", "proof", ["east/step-1/taken", "west/step-1/taken"]],
      ["west/step-2/write", "write", ["east/step-1/proof", "west/step-1/proof"]],
      ["west/step-2/taken", "wait", ["west/step-2/write"]],
      ["west/step-2/proof", "proof", ["east/step-2/taken", "west/step-2/taken"]],
    ]);
  });

  it("begin a step when the gateways have taken the one before it, where nothing is proven", () => {
    const tasks = planShiftTasks("west", { ...base, proves: false, watches: false });
    expect(tasks.map(({ kind }) => kind)).toEqual(["write", "wait", "write", "wait"]);
    expect(tasks[2]?.needs).toEqual(["east/step-1/taken", "west/step-1/taken"]);
  });

  it("have the way back last, which is done only after a failure", () => {
    const tasks = planShiftTasks("west", { ...base, rollback: rollbackStep({ v1: 100, v2: 0 }) });
    expect(tasks.filter(({ onFailure }) => onFailure === true).map(({ id, task }) => [id, task])).toEqual([
      ["west/rollback/write", "writing v1=100 v2=0"],
      ["west/rollback/taken", "gateways take v1=100 v2=0"],
      ["west/rollback/proof", "verifying v1=100 v2=0"],
    ]);
    expect(tasks.slice(0, 6).every((one) => !("onFailure" in one))).toBe(true);
  });
});
