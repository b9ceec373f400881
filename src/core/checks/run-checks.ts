import type { Check, Finding } from "./check.ts";
import { checks } from "./list.ts";
import type { MeshFacts } from "./facts.ts";

/** A finding with the check that made it. */
export interface CheckFinding extends Finding {
  readonly check: Check["id"];
}

/** A cause, and everything that was found because of it. */
export interface Cause extends CheckFinding {
  readonly consequences: readonly CheckFinding[];
}

export interface CheckResult {
  readonly id: Check["id"];
  readonly sentence: string;
  /** `explained`: everything that it found has its cause in another check. `unknown`: no cluster answers. */
  readonly state: "ok" | "warning" | "failed" | "explained" | "unknown";
}

export interface CheckReport {
  readonly results: readonly CheckResult[];
  /** Errors before warnings, then in the order of the checks. */
  readonly causes: readonly Cause[];
  readonly ok: boolean;
}

export interface CheckSelection {
  /** Only what must hold before an apply. */
  readonly pre: boolean;
  /** Only what is found about this cluster, alone or with another. */
  readonly cluster?: string;
}

/**
 * Runs the checks over the facts and folds what follows from something else
 * under its cause: a finding is explained by one of an earlier check that
 * says so, when that one's clusters are among its own.
 */
export function runChecks(facts: MeshFacts, selection: CheckSelection): CheckReport {
  const chosen = checks.filter((check) => check.pre || !selection.pre);
  const silent = facts.clusters.every((one) => one.kind === "unreachable");
  const all = chosen.flatMap((check) => check.run(facts).map((one): CheckFinding => ({ ...one, check: check.id })));
  const causes = foldCauses(all, chosen).filter((cause) =>
    [cause, ...cause.consequences].some((one) => concerns(one, selection.cluster)),
  );
  const findings = causes.flatMap((cause) => [cause, ...cause.consequences]);
  const roots = new Set(causes.map((one) => one.check));
  const results = chosen.map((check): CheckResult => {
    const own = findings.filter((one) => one.check === check.id);
    const { id, sentence } = check;
    if (own.length === 0) {
      return { id, sentence, state: silent ? "unknown" : "ok" };
    }
    if (!roots.has(id)) {
      return { id, sentence, state: "explained" };
    }
    return { id, sentence, state: own.some((one) => one.severity === "error") ? "failed" : "warning" };
  });
  return { results, causes, ok: findings.every((one) => one.severity === "warning") };
}

function foldCauses(findings: readonly CheckFinding[], chosen: readonly Check[]): readonly Cause[] {
  const explains = new Map(chosen.map((check) => [check.id, new Set(check.explains)]));
  const parentOf = (finding: CheckFinding): CheckFinding | undefined =>
    findings.find(
      (other) =>
        other.severity === "error" && explains.get(other.check)?.has(finding.check) === true && within(other, finding),
    );
  const rootOf = (finding: CheckFinding): CheckFinding => {
    const parent = parentOf(finding);
    return parent === undefined ? finding : rootOf(parent);
  };
  const roots = findings.filter((one) => parentOf(one) === undefined);
  const causes = roots.map((root) => ({
    ...root,
    consequences: findings.filter((one) => one !== root && rootOf(one) === root),
  }));
  return [...causes.filter((one) => one.severity === "error"), ...causes.filter((one) => one.severity === "warning")];
}

function involved(finding: Finding): readonly string[] {
  return [finding.cluster, finding.remote].filter((one) => one !== undefined);
}

/** True when all clusters of the cause are clusters of the consequence. */
function within(cause: Finding, consequence: Finding): boolean {
  const all = involved(consequence);
  return involved(cause).every((one) => all.includes(one));
}

function concerns(finding: Finding, cluster: string | undefined): boolean {
  return cluster === undefined || involved(finding).length === 0 || involved(finding).includes(cluster);
}
