import { appendFileSync } from "node:fs";
import { expect } from "vitest";
import { isthmus } from "../e2e/world.ts";
import { recordBesideAnalyze } from "./beside-analyze.ts";
import type { Fault } from "./fault.ts";
import type { CheckReport, FoundCause } from "./mesh.ts";
import { applyMesh, check, expectCauses, expectClean, headOf } from "./mesh.ts";
import { runFix } from "./run-fix.ts";

/** A fault takes some seconds to show, and its consequences some more: what is said after this long is the answer, also on a busy machine. */
const longestMs = 150_000;

/**
 * Injects a fault into the standing mesh of `file`, expects that check names
 * its cause first and nothing else as an error, runs the commands that the
 * cause prints, and expects a clean check. Whatever happens, the mesh is right
 * again at the end, so that one fault fails one test. `prove` also sends
 * requests then.
 */
export async function tryFault(fault: Fault, file: string, { prove }: { readonly prove: boolean }): Promise<void> {
  let healed = false;
  try {
    await fault.inject();
    const report = await lookUntilNamed(fault, file);
    record(fault, report);
    await recordBesideAnalyze(report.causes);
    expectNamed(fault, report);
    const [first] = report.causes;
    if (fault.causes.length === 1 && (first?.commands ?? []).length > 0) {
      await runFix(first);
      await (fault.leaves === undefined ? expectClean(file) : expectCauses(file, fault.leaves));
      healed = fault.leaves === undefined;
    }
  } finally {
    if (!healed || prove) {
      await heal(fault, file);
    }
  }
  if (prove) {
    await expectAnswers(file);
  }
}

/** A gateway that has just been started again may cut one connection that is older than it. */
async function expectAnswers(file: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { out, err } = await isthmus(["verify", "-f", file, "--requests", "100"]);
        return `${err}${out}`;
      },
      { timeout: longestMs },
    )
    .not.toMatch(/error\[/);
}

function expectNamed(fault: Fault, { causes }: CheckReport): void {
  const errors = headOf(causes.filter((one) => one.severity === "error"));
  expect({
    missing: missing(fault, causes),
    errors,
    more: Math.max(0, errors.length - fault.causes.length),
  }).toMatchObject({ missing: [], errors, more: 0 });
  const first = causes.slice(0, fault.causes.length);
  const folded = first.flatMap((one) => one.consequences);
  if (fault.says !== undefined) {
    expect([...first, ...folded].map((one) => one.detail).join("\n")).toContain(fault.says);
  }
  expect(folded.map((one) => one.code)).toEqual(expect.arrayContaining([...(fault.folds ?? [])]));
}

async function lookUntilNamed(fault: Fault, file: string): Promise<CheckReport> {
  const end = Date.now() + longestMs;
  for (;;) {
    const report = await check(file);
    if (missing(fault, report.causes).length === 0 || Date.now() > end) {
      return report;
    }
  }
}

/** Expected causes that are not among the first ones of the report. */
function missing(fault: Fault, causes: readonly FoundCause[]): readonly string[] {
  const first = causes.slice(0, fault.causes.length);
  return fault.causes
    .filter(
      (wanted) =>
        !first.some((one) => wanted.codes.includes(one.code) && (wanted.cluster ?? one.cluster) === one.cluster),
    )
    .map((wanted) => `${wanted.codes.join(" or ")} ${wanted.cluster ?? ""}`.trim());
}

async function heal(fault: Fault, file: string): Promise<void> {
  await fault.undo?.();
  await applyMesh(file);
  await expectClean(file);
}

/** `ISTHMUS_FAULT_RESULTS` names a file that gets a line of JSON for each fault: what check said of it. */
function record(fault: Fault, report: CheckReport): void {
  const into = process.env["ISTHMUS_FAULT_RESULTS"];
  if (into !== undefined) {
    const named = missing(fault, report.causes).length === 0;
    appendFileSync(into, `${JSON.stringify({ what: fault.what, named, causes: report.causes })}\n`);
  }
}
