import { expect, it } from "vitest";
import type { Plan } from "../../core/plan/plan.ts";
import type { ApplyResult } from "./apply.ts";
import type { Checked } from "./check.ts";
import type { ExitClass } from "./exit-class.ts";
import {
  classOfApply,
  classOfCheck,
  classOfConnection,
  classOfPlan,
  classOfReading,
  classOfRemoval,
  classOfVerification,
} from "./exit-class.ts";
import type { RemovalOutcome } from "./remove.ts";

const goesOn = new AbortController().signal;

it.each<readonly [states: string, expected: ExitClass]>([
  ["applied applied", "ok"],
  ["applied incomplete", "partlyApplied"],
  ["incomplete", "partlyApplied"],
  ["applied unreachable", "partlyApplied"],
  ["applied failed", "partlyApplied"],
  ["failed unreachable", "failed"],
  ["interrupted failed", "failed"],
])("an apply whose clusters are %s counts as %s", (states, expected) => {
  expect(classOfApply(applied(states), goesOn)).toBe(expected);
});

it("an apply that was stopped is interrupted, whatever was done", () => {
  expect(classOfApply(applied("applied failed"), AbortSignal.abort())).toBe("interrupted");
});

it.each<readonly [states: string, expected: ExitClass]>([
  ["", "ok"],
  ["removed removed", "ok"],
  ["removed left", "partlyApplied"],
  ["removed unreachable", "partlyApplied"],
  ["removed interrupted", "interrupted"],
  ["left", "failed"],
  ["failed unreachable", "failed"],
  ["unreachable", "unreachable"],
])("a removal whose clusters are %s counts as %s", (states, expected) => {
  const outcomes = wordsOf(states).map((state) => ({ state }) as RemovalOutcome);
  expect(classOfRemoval(outcomes)).toBe(expected);
});

it("a plan counts by its worst cluster, and by what it would change", () => {
  const planned = (more: object): object => ({ kind: "planned", cluster: "west", objects: [], prune: [], ...more });
  const create = { objects: [{ action: "create" }] };
  const old = { prune: [{ id: { group: "", kind: "Service", name: "old" }, wave: "gateways" }] };
  const refused = { refused: [{ id: { group: "", kind: "Service", name: "mine" } }] };
  expect(classOfPlan(planOf(planned({}), planned({})), { prune: false })).toBe("ok");
  expect(classOfPlan(planOf(planned({}), planned(create)), { prune: false })).toBe("changes");
  expect(classOfPlan(planOf(planned(old)), { prune: false })).toBe("ok");
  expect(classOfPlan(planOf(planned(old)), { prune: true })).toBe("changes");
  expect(classOfPlan(planOf(planned({ ...create, ...refused })), { prune: false })).toBe("partlyApplied");
  expect(classOfPlan(planOf(planned({ ...refused }), { kind: "unreachable" }), { prune: false })).toBe("unreachable");
});

it("a check is unreachable when no cluster answers, and else what its report says", () => {
  const checked = (kinds: string, ok: boolean): Checked =>
    ({ facts: { clusters: wordsOf(kinds).map((kind) => ({ kind })) }, report: { ok } }) as unknown as Checked;
  expect(classOfCheck(checked("reached", true))).toBe("ok");
  expect(classOfCheck(checked("reached unreachable", false))).toBe("findings");
  expect(classOfCheck(checked("unreachable unreachable", false))).toBe("unreachable");
});

it("a proof that leaves something open counts only where that is allowed, and a failure always", () => {
  const strict = { allowUnproven: false };
  const lax = { allowUnproven: true };
  expect(classOfVerification({ ok: true, failed: 0 }, strict)).toBe("ok");
  expect(classOfVerification({ ok: false, failed: 0 }, strict)).toBe("findings");
  expect(classOfVerification({ ok: false, failed: 0 }, lax)).toBe("ok");
  expect(classOfVerification({ ok: false, failed: 1 }, lax)).toBe("findings");
});

it("what is only read counts as unreachable when one cluster does not answer", () => {
  expect(classOfReading([{ kind: "reached" }])).toBe("ok");
  expect(classOfReading([{ kind: "reached" }, { kind: "unreachable" }])).toBe("unreachable");
});

it("a connection counts as ok for a yes that is the whole answer only", () => {
  const away = [{ kind: "unreachable", cluster: "east" }] as unknown as Parameters<
    typeof classOfConnection
  >[0]["unreachable"];
  expect(classOfConnection({ answer: "yes", unreachable: [] })).toBe("ok");
  expect(classOfConnection({ answer: "yes", unreachable: away })).toBe("unreachable");
  for (const answer of ["no", "partly", "unknown"] as const) {
    expect(classOfConnection({ answer, unreachable: away })).toBe("findings");
  }
});

function wordsOf(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}

function applied(states: string): ApplyResult {
  return { clusters: wordsOf(states).map((state) => ({ state })) } as unknown as ApplyResult;
}

function planOf(...clusters: readonly object[]): Plan {
  return { mesh: "prod", clusters } as unknown as Plan;
}
