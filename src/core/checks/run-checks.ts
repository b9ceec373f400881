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
  const parentOf = findsParents(findings, chosen);
  const rootOf = (finding: CheckFinding): CheckFinding => {
    const parent = parentOf(finding);
    return parent === undefined ? finding : rootOf(parent);
  };
  const byRoot = new Map<CheckFinding, CheckFinding[]>();
  for (const finding of findings) {
    const root = rootOf(finding);
    const known = byRoot.get(root) ?? [];
    byRoot.set(root, known);
    if (finding !== root) {
      known.push(finding);
    }
  }
  const causes = [...byRoot].map(([root, consequences]): Cause => ({ ...root, consequences }));
  return [...causes.filter((one) => one.severity === "error"), ...causes.filter((one) => one.severity === "warning")];
}

/**
 * Gives what finds the first error that explains a finding. A fleet has a
 * finding for every pair of its clusters, so the errors are looked up by
 * check and clusters and never gone through.
 */
function findsParents(
  findings: readonly CheckFinding[],
  chosen: readonly Check[],
): (finding: CheckFinding) => CheckFinding | undefined {
  const positions = new Map<string, number>();
  const keyOf = (check: string, clusters: readonly string[]): string => JSON.stringify([check, ...clusters.toSorted()]);
  findings.forEach((finding, position) => {
    const key = keyOf(finding.check, involved(finding));
    if (finding.severity === "error" && !positions.has(key)) {
      positions.set(key, position);
    }
  });
  return (finding) => {
    const explaining = chosen.filter((check) => check.explains.includes(finding.check));
    const first = explaining
      .flatMap((check) => subsets(involved(finding)).map((clusters) => positions.get(keyOf(check.id, clusters))))
      .filter((position) => position !== undefined)
      .reduce<number | undefined>((least, position) => Math.min(least ?? position, position), undefined);
    return first === undefined ? undefined : findings[first];
  };
}

/** All clusters of a cause are clusters of its consequence: the sets that it may concern. */
function subsets(clusters: readonly string[]): readonly (readonly string[])[] {
  return clusters.reduce<readonly (readonly string[])[]>(
    (all, cluster) => [...all, ...all.map((one) => [...one, cluster])],
    [[]],
  );
}

function involved(finding: Finding): readonly string[] {
  return [finding.cluster, finding.remote].filter((one) => one !== undefined);
}

function concerns(finding: Finding, cluster: string | undefined): boolean {
  return cluster === undefined || involved(finding).length === 0 || involved(finding).includes(cluster);
}
