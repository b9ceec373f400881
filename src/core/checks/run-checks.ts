import type { Check, Finding } from "./check.ts";
import { checks } from "./list.ts";
import type { MeshFacts } from "./facts.ts";
import type { Subject } from "./subjects.ts";

/** A finding with the check that made it. */
export interface CheckFinding extends Omit<Finding, "breaks" | "needs"> {
  readonly check: Check["id"];
}

/** A cause, and everything that was found because of it. */
export interface Cause extends CheckFinding {
  readonly consequences: readonly CheckFinding[];
}

export interface CheckResult {
  readonly id: Check["id"];
  readonly sentence: string;
  /**
   * `explained`: everything that it found has its cause in another check.
   * `unknown`: it found nothing, and could not look everywhere.
   */
  readonly state: "ok" | "warning" | "failed" | "explained" | "unknown";
  /** What it could not look at, and why; left out where it saw everything. */
  readonly unseen?: readonly string[];
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
 * under its cause: a finding is explained by one that breaks what it needs,
 * and so on until one that nothing explains.
 */
export function runChecks(facts: MeshFacts, selection: CheckSelection): CheckReport {
  const chosen = checks.filter((check) => check.pre || !selection.pre);
  const silent = facts.clusters.every((one) => one.kind === "unreachable");
  const all = chosen.flatMap((check) => check.run(facts).map((one) => ({ ...one, check: check.id })));
  const causes = foldCauses(all).filter((cause) =>
    [cause, ...cause.consequences].some((one) => concerns(one, selection.cluster)),
  );
  const findings = causes.flatMap((cause) => [cause, ...cause.consequences]);
  const roots = new Set(causes.map((one) => one.check));
  const results = chosen.map((check): CheckResult => {
    const own = findings.filter((one) => one.check === check.id);
    const { id, sentence } = check;
    const dark = check.unseen?.(facts) ?? [];
    const unseen = dark.length === 0 ? {} : { unseen: dark };
    if (own.length === 0) {
      return { id, sentence, state: silent || dark.length > 0 ? "unknown" : "ok", ...unseen };
    }
    if (!roots.has(id)) {
      return { id, sentence, state: "explained", ...unseen };
    }
    return { id, sentence, state: own.some((one) => one.severity === "error") ? "failed" : "warning", ...unseen };
  });
  return { results, causes, ok: findings.every((one) => one.severity === "warning") };
}

type Judged = Finding & { readonly check: Check["id"] };

function foldCauses(findings: readonly Judged[]): readonly Cause[] {
  const roots = findRoots(findings);
  const consequences = new Map<number, CheckFinding[]>();
  for (const [position, root] of roots.entries()) {
    const known = consequences.get(root) ?? [];
    consequences.set(root, known);
    const finding = findings[position];
    if (position !== root && finding !== undefined) {
      known.push(withoutSubjects(finding));
    }
  }
  const causes = findings.flatMap((finding, position): readonly Cause[] => {
    const found = consequences.get(position);
    return found === undefined ? [] : [{ ...withoutSubjects(finding), consequences: found }];
  });
  return [...causes.filter((one) => one.severity === "error"), ...causes.filter((one) => one.severity === "warning")];
}

/** What a finding breaks and needs is between the checks; a report says what follows from it. */
function withoutSubjects({ breaks: _breaks, needs: _needs, ...finding }: Judged): CheckFinding {
  return finding;
}

/**
 * Gives for each finding the position of the one that it comes from, which is
 * its own where nothing explains it. A fleet has a finding for every pair of
 * its clusters, so that what breaks a subject is looked up and never searched for.
 */
function findRoots(findings: readonly Judged[]): readonly number[] {
  const breakers = { error: new Map<Subject, number>(), warning: new Map<Subject, number>() };
  findings.forEach(({ severity, breaks = [] }, position) => {
    for (const subject of breaks) {
      if (!breakers[severity].has(subject)) {
        breakers[severity].set(subject, position);
      }
    }
  });
  // What is a warning only does not explain what is wrong.
  const parents = findings.map(({ severity, needs = [] }, position): number => {
    const found = needs
      .flatMap(
        (subject) =>
          breakers.error.get(subject) ?? (severity === "warning" ? breakers.warning.get(subject) : undefined) ?? [],
      )
      .filter((one) => one !== position);
    return found.length === 0 ? position : Math.min(...found);
  });
  return parents.map((_, position) => {
    const seen = new Set<number>();
    let root = position;
    // Two that explain each other are one fault: the first of them stands for it.
    while (!seen.has(root)) {
      seen.add(root);
      root = parents[root] ?? root;
    }
    return parents[root] === root ? root : Math.min(...cycleFrom(root, parents));
  });
}

function cycleFrom(start: number, parents: readonly number[]): readonly number[] {
  const members = [start];
  for (let next = parents[start] ?? start; next !== start; next = parents[next] ?? start) {
    members.push(next);
  }
  return members;
}

function involved(finding: Finding): readonly string[] {
  return [finding.cluster, finding.remote].filter((one) => one !== undefined);
}

function concerns(finding: Finding, cluster: string | undefined): boolean {
  return cluster === undefined || involved(finding).length === 0 || involved(finding).includes(cluster);
}
