import { appendFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { isthmus } from "../../e2e/world.ts";
import { runFix } from "../../faults/run-fix.ts";
import type { Fault } from "./fault.ts";
import { faults } from "./faults/all.ts";
import type { SoakCause, SoakReport } from "./soak-mesh.ts";
import { applyMesh, check, headOf, putCertificates, soakMeshFile, whatIsLeft } from "./soak-mesh.ts";

let file = "";

beforeAll(async () => {
  file = soakMeshFile();
  await applyMesh(file);
  await putCertificates();
  await expectClean();
});

/** A fault takes some seconds to show, and its consequences some more: what is said after this long is the answer. */
const longestMs = 60_000;

it.each(chosen())("$what", async (fault) => {
  try {
    await fault.inject();
    const report = await lookUntilNamed(fault);
    record(fault, report);
    const errors = headOf(report.causes.filter((one) => one.severity === "error"));
    expect({
      missing: missing(fault, report.causes),
      errors,
      more: Math.max(0, errors.length - fault.causes.length),
    }).toMatchObject({
      missing: [],
      errors,
      more: 0,
    });
    const [first] = report.causes;
    if (fault.causes.length === 1 && (first?.commands ?? []).length > 0) {
      await runFix(first);
      const left = headOf(await whatIsLeft(file));
      expect({ commands: first?.commands, left }).toEqual({ commands: first?.commands, left: [] });
    }
  } finally {
    await heal(fault);
  }
});

/** `ISTHMUS_SOAK_FAULTS=text` runs those faults only whose name has the text. */
function chosen(): readonly Fault[] {
  const text = process.env["ISTHMUS_SOAK_FAULTS"] ?? "";
  return faults.filter((one) => one.what.includes(text));
}

async function lookUntilNamed(fault: Fault): Promise<SoakReport> {
  const end = Date.now() + longestMs;
  for (;;) {
    const report = await check(file);
    if (missing(fault, report.causes).length === 0 || Date.now() > end) {
      return report;
    }
  }
}

/** Expected causes that are not among the first ones of the report. */
function missing(fault: Fault, causes: readonly SoakCause[]): readonly string[] {
  const first = causes.slice(0, fault.causes.length);
  return fault.causes
    .filter(
      (wanted) =>
        !first.some((one) => wanted.codes.includes(one.code) && (wanted.cluster ?? one.cluster) === one.cluster),
    )
    .map((wanted) => `${wanted.codes.join(" or ")} ${wanted.cluster ?? ""}`.trim());
}

async function expectClean(): Promise<void> {
  expect(headOf(await whatIsLeft(file))).toEqual([]);
}

async function heal(fault: Fault): Promise<void> {
  await fault.undo?.();
  await applyMesh(file);
  await expectClean();
  const proof = await isthmus(["verify", "-f", file, "--requests", "100"]);
  expect(proof.err + proof.out).not.toMatch(/error\[/);
}

/** `ISTHMUS_SOAK_RESULTS` names a file that gets a line of JSON for each fault: what check said of it. */
function record(fault: Fault, report: SoakReport): void {
  const into = process.env["ISTHMUS_SOAK_RESULTS"];
  if (into !== undefined) {
    const named = missing(fault, report.causes).length === 0;
    const causes = report.causes.map(({ code, severity, cluster, summary, detail, fix, commands, consequences }) => ({
      code,
      severity,
      cluster,
      summary,
      detail,
      fix,
      commands,
      consequences: consequences.map((one) => one.code),
    }));
    appendFileSync(into, `${JSON.stringify({ what: fault.what, named, causes })}\n`);
  }
}
