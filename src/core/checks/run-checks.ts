import type { Check, Finding } from "./check.ts";
import { checks } from "./list.ts";
import type { MeshFacts } from "./facts.ts";
import { keyOf } from "../model/kube-object.ts";
import { completeFix } from "./put-back.ts";
import type { Subject } from "./subjects.ts";
import { appliedObject, definitionOf, namespaceOf, objectOf } from "./subjects.ts";
import { judge } from "./unread.ts";

/** A finding with the check that made it. */
export interface CheckFinding extends Omit<
  Finding,
  "breaks" | "needs" | "explainsErrors" | "provenBy" | "remark" | "afterwards"
> {
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
  /** True where nothing that was seen is wrong. */
  readonly ok: boolean;
  /** False where some check could not look everywhere: then `ok` says nothing of what it did not see. */
  readonly complete: boolean;
}

/** False for a check that could not look everywhere, whatever it has found elsewhere. */
export function sawEverything({ state, unseen }: Pick<CheckResult, "state" | "unseen">): boolean {
  return state !== "unknown" && unseen === undefined;
}

export interface CheckSelection {
  /** Only what must hold before an apply. */
  readonly pre: boolean;
  /** Also what is open that nothing needs. */
  readonly strict?: boolean;
  /** Only what is found about this cluster, alone or with another. */
  readonly cluster?: string;
}

/**
 * Runs the checks over the facts and folds what follows from something else
 * under its cause: a finding is explained by one that breaks what it needs,
 * and so on until one that nothing explains.
 */
export function runChecks(facts: MeshFacts, selection: CheckSelection): CheckReport {
  const chosen = checks.filter(
    (check) => (check.pre || !selection.pre) && (check.strict !== true || selection.strict === true),
  );
  const silent = facts.clusters.every((one) => one.kind === "unreachable");
  const judged = new Map(chosen.map((check) => [check, judge(check, facts, selection.cluster)]));
  const all = [...judged].flatMap(([check, { findings }]) =>
    findings.map((one) => ({ ...completeFix(facts, one), check: check.id })),
  );
  const causes = foldCauses(all).filter((cause) =>
    [cause, ...cause.consequences].some((one) => concerns(one, selection.cluster)),
  );
  const findings = causes.flatMap((cause) => [cause, ...cause.consequences]);
  const roots = new Set(causes.map((one) => one.check));
  const results = chosen.map((check): CheckResult => {
    const own = findings.filter((one) => one.check === check.id);
    const { id, sentence } = check;
    const dark = judged.get(check)?.unseen ?? [];
    const unseen = dark.length === 0 ? {} : { unseen: dark };
    if (own.length === 0) {
      return { id, sentence, state: silent || dark.length > 0 ? "unknown" : "ok", ...unseen };
    }
    if (!roots.has(id)) {
      return { id, sentence, state: "explained", ...unseen };
    }
    return { id, sentence, state: own.some((one) => one.severity === "error") ? "failed" : "warning", ...unseen };
  });
  return {
    results,
    causes,
    // What a warning explains is no error of its own.
    ok: causes.every((one) => one.severity === "warning"),
    complete: results.every(sawEverything),
  };
}

type Judged = Finding & { readonly check: Check["id"] };

function foldCauses(findings: readonly Judged[]): readonly Cause[] {
  const parents = findParents(findings);
  const remarks = remarksOf(findings, parents);
  const roots = findRoots(parents);
  const consequences = new Map<number, CheckFinding[]>();
  for (const [position, root] of roots.entries()) {
    const known = consequences.get(root) ?? [];
    consequences.set(root, known);
    const finding = findings[position];
    if (position !== root && finding !== undefined) {
      known.push(withoutSubjects(finding, remarks.get(position)));
    }
  }
  const causes = findings.flatMap((finding, position): readonly Cause[] => {
    const found = consequences.get(position);
    const cause = withAfterwards(finding, position, { findings, roots });
    return found === undefined ? [] : [{ ...withoutSubjects(cause, remarks.get(position)), consequences: found }];
  });
  return [...causes.filter((one) => one.severity === "error"), ...causes.filter((one) => one.severity === "warning")];
}

/** A cause with what is still to be done for its consequences once its own commands have run. */
function withAfterwards(
  cause: Judged,
  position: number,
  { findings, roots }: { readonly findings: readonly Judged[]; readonly roots: readonly number[] },
): Judged {
  const { breaks = [], commands } = cause;
  const more = findings.flatMap(({ afterwards }, other) =>
    afterwards !== undefined && other !== position && roots[other] === position && breaks.includes(afterwards.of)
      ? afterwards.commands
      : [],
  );
  return commands === undefined || more.length === 0
    ? cause
    : {
        ...cause,
        fix: `${cause.fix ?? ""} What was made meanwhile is made anew then.`.trim(),
        commands: [...commands, ...new Set(more)],
      };
}

/** What a finding breaks and needs is between the checks; a report says what follows from it. */
function withoutSubjects(judged: Judged, remarks: readonly string[] = []): CheckFinding {
  const {
    breaks: _breaks,
    needs: _needs,
    explainsErrors: _excuse,
    provenBy: _proof,
    remark: _remark,
    afterwards: _afterwards,
    ...finding
  } = judged;
  return remarks.length === 0 ? finding : { ...finding, detail: [finding.detail, ...remarks].join(" ") };
}

/** What a finding says to the one that explains it, by that one's position: where both are about the same object. */
function remarksOf(findings: readonly Judged[], parents: readonly number[]): ReadonlyMap<number, readonly string[]> {
  const remarks = new Map<number, string[]>();
  findings.forEach((finding, position) => {
    const parent = parents[position] ?? position;
    const other = findings[parent];
    if (finding.remark !== undefined && parent !== position && other !== undefined && sameObject(finding, other)) {
      remarks.set(parent, [...(remarks.get(parent) ?? []), finding.remark]);
    }
  });
  return remarks;
}

function sameObject(one: Judged, other: Judged): boolean {
  return (
    one.object !== undefined &&
    other.object !== undefined &&
    one.cluster === other.cluster &&
    keyOf(one.object) === keyOf(other.object)
  );
}

/**
 * Gives for each finding the position of the one that explains it, or its own.
 * A fleet has a finding for every pair of its clusters, so that what breaks a
 * subject is looked up and never searched for.
 */
function findParents(findings: readonly Judged[]): readonly number[] {
  const errors = new Map<Subject, number>();
  const warnings = new Map<Subject, number>();
  const excuses = new Map<Subject, number>();
  const drifted = findings.some((one) => one.check.startsWith("drift/"));
  // Drift of another object than the finding's own is its cause; of its own it is the other way round.
  const drifts = new Map<Subject, number>();
  findings.forEach((finding, position) => {
    for (const subject of finding.check === "drift/objects" ? (finding.needs ?? []) : []) {
      drifts.set(subject, position);
    }
  });
  // Of a million findings only those are asked for their object whose object has drifted.
  const sought = new Set(findings.filter((one) => one.check.startsWith("drift/")).flatMap((one) => one.needs ?? []));
  findings.forEach((finding, position) => {
    const known = finding.explainsErrors === true ? excuses : finding.severity === "error" ? errors : warnings;
    for (const subject of [...(finding.breaks ?? []), ...ownObject(finding, sought)]) {
      if (!known.has(subject)) {
        known.set(subject, position);
      }
    }
  });
  return findings.map((finding, position): number => {
    const explained = (finding.needs ?? []).flatMap(
      (subject) =>
        errors.get(subject) ??
        excuses.get(subject) ??
        (finding.check.startsWith("drift/") || subject === ownSubject(finding) ? undefined : drifts.get(subject)) ??
        // What is a warning only does not explain what is wrong.
        (finding.severity === "warning" ? warnings.get(subject) : undefined) ??
        [],
    );
    const found = [...explained, ...(drifted ? aboutObject(finding, errors, excuses) : [])].filter(
      (one) => one !== position,
    );
    return found.length === 0 ? position : Math.min(...found);
  });
}

function ownSubject({ cluster, object }: Judged): Subject | undefined {
  return cluster === undefined || object === undefined ? undefined : objectOf(cluster, object);
}

/** What explains a finding by its object: it was not applied yet, or its whole namespace or kind is gone. */
function aboutObject(
  { cluster, object }: Judged,
  errors: ReadonlyMap<Subject, number>,
  excuses: ReadonlyMap<Subject, number>,
): readonly number[] {
  if (cluster === undefined || object === undefined) {
    return [];
  }
  const gone = object.namespace === undefined ? undefined : errors.get(namespaceOf(cluster, object.namespace));
  const undefinedKind = errors.get(definitionOf(cluster, object));
  return [excuses.get(appliedObject(cluster, object)), gone, undefinedKind].filter((one) => one !== undefined);
}

/** A finding about an object breaks it, but where it only shows there: then it needs the object to be as it was applied. */
function ownObject(finding: Judged, sought: ReadonlySet<Subject>): readonly Subject[] {
  if (sought.size === 0 || finding.object === undefined || finding.cluster === undefined) {
    return [];
  }
  const subject = objectOf(finding.cluster, finding.object);
  const shows = (finding.needs ?? []).includes(appliedObject(finding.cluster, finding.object));
  return finding.check.startsWith("drift/") || shows || !sought.has(subject) ? [] : [subject];
}

/** Follows each finding to the one that nothing explains. */
function findRoots(parents: readonly number[]): readonly number[] {
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
