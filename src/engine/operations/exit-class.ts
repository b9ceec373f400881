import type { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { RouteExplanations } from "../../core/explain-route/explanation.ts";
import { isServed } from "../../core/explain-route/explanation.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Plan } from "../../core/plan/plan.ts";
import { problemsOf } from "../../core/front-door/names-plan.ts";
import { hasChanges, refusedOf } from "../../core/plan/plan.ts";
import type { ApplyResult } from "./apply.ts";
import type { DnsStatus, NameOutcome } from "./dns.ts";
import type { Checked } from "./check.ts";
import type { ConnectionTest } from "../../core/netpol/results.ts";
import type { DrainOutcome } from "./drain.ts";
import type { RenewalOutcome } from "./renew-certs.ts";
import type { RemovalOutcome } from "./remove.ts";
import type { ClusterStatus } from "./status.ts";
import type { Verification } from "./verify.ts";

/** How a result counts, whoever asked for it: the command line ends with its code, a page or a controller shows it. */
export type ExitClass = keyof typeof exitCodes;

/** Of a plan: `changes` where an apply would change something. */
export function classOfPlan(plan: Plan, options: { readonly prune: boolean }): ExitClass {
  if (plan.clusters.some((one) => one.kind === "unreachable")) {
    return "unreachable";
  }
  if (refusedOf(plan).length > 0 || problemsOf(plan.names).length > 0) {
    return "partlyApplied";
  }
  return hasChanges(plan, options) ? "changes" : "ok";
}

/** Of a renewal of certificates: `partlyApplied` where one was not renewed, or a cluster did not get it. */
export function classOfRenewal(outcomes: readonly RenewalOutcome[], left: readonly Diagnostic[]): ExitClass {
  const failed = outcomes.filter(({ state }) => state !== "written");
  if (failed.length === 0 && left.length === 0) {
    return "ok";
  }
  return failed.length === outcomes.length && outcomes.length > 0 ? "failed" : "partlyApplied";
}

/** Of an apply: `partlyApplied` where some clusters are done and others are not, or not all of one is, or a name was not written. */
export function classOfApply({ clusters, names = [] }: ApplyResult, signal: AbortSignal): ExitClass {
  const states = clusters.map((cluster) => cluster.state);
  if (signal.aborted) {
    return "interrupted";
  }
  if (states.every((state) => state === "applied")) {
    return names.some(({ state }) => state === "failed") ? "partlyApplied" : "ok";
  }
  return states.some((state) => state === "applied" || state === "incomplete") ? "partlyApplied" : "failed";
}

/** Of a removal: `ok` when all is gone everywhere, out of DNS too. */
export function classOfRemoval(outcomes: readonly RemovalOutcome[], names: readonly NameOutcome[] = []): ExitClass {
  const states = new Set(outcomes.map((outcome) => outcome.state));
  if (states.has("interrupted")) {
    return "interrupted";
  }
  if (states.size === 0 || (states.size === 1 && states.has("removed"))) {
    return names.some(({ state }) => state === "failed") ? "partlyApplied" : "ok";
  }
  if (states.has("removed")) {
    return "partlyApplied";
  }
  return states.has("failed") || states.has("left") ? "failed" : "unreachable";
}

/** Of a drain: `partlyApplied` where a step is left to do, or a pod of the drained cluster is still asked. */
export function classOfDrain(outcomes: readonly DrainOutcome[]): ExitClass {
  const done = outcomes.filter(({ state, diagnostics }) => state === "done" && diagnostics.every(isNoError));
  if (done.length === outcomes.length) {
    return "ok";
  }
  return outcomes.some(({ steps }) => steps.length > 0) ? "partlyApplied" : "failed";
}

function isNoError({ severity }: Diagnostic): boolean {
  return severity !== "error";
}

/** Of the names of a mesh: `findings` where one belongs to somebody else or is not known, `unreachable` where a cluster does not answer. */
export function classOfNames({ names, unreachable }: Pick<DnsStatus, "names" | "unreachable">): ExitClass {
  if (problemsOf(names).length > 0) {
    return "findings";
  }
  return unreachable.length > 0 ? "unreachable" : "ok";
}

/** Of a sync: `partlyApplied` where some names were written and others were not, or a cluster's share is not known. */
export function classOfSync(outcomes: readonly NameOutcome[], unreachable: readonly Diagnostic[]): ExitClass {
  const failed = outcomes.filter(({ state }) => state === "failed").length;
  if (failed === outcomes.length && failed > 0) {
    return "failed";
  }
  return failed > 0 || unreachable.length > 0 ? "partlyApplied" : "ok";
}

/** Of a check: `unreachable` when no cluster answers. Warnings alone are `ok`. */
export function classOfCheck({ facts, report }: Checked): ExitClass {
  if (facts.clusters.every((one) => one.kind === "unreachable")) {
    return "unreachable";
  }
  return report.ok ? "ok" : "findings";
}

/** Of a proof: with `allowUnproven` what could not be proven does not count, and what failed does. */
export function classOfVerification(
  verification: Pick<Verification, "ok" | "failed">,
  { allowUnproven }: { readonly allowUnproven: boolean },
): ExitClass {
  return verification.ok || (allowUnproven && verification.failed === 0) ? "ok" : "findings";
}

/** Of a connection: `findings` for everything but a yes, `unreachable` where a yes is not the whole answer. */
export function classOfConnection({ answer, unreachable }: Pick<ConnectionTest, "answer" | "unreachable">): ExitClass {
  if (answer !== "yes") {
    return "findings";
  }
  return unreachable.length > 0 ? "unreachable" : "ok";
}

/** Of explained requests: `findings` where one is not served, or not known; `unreachable` where others are not explained. */
export function classOfExplanations({ explanations, unexplained, unreachable }: RouteExplanations): ExitClass {
  if (explanations.some((one) => !isServed(one)) || unexplained.length > 0) {
    return "findings";
  }
  return unreachable.length > 0 ? "unreachable" : "ok";
}

/** Of what was read of clusters without judging it: `unreachable` when one of them does not answer. */
export function classOfReading(clusters: readonly Pick<ClusterStatus, "kind">[]): ExitClass {
  return clusters.some((one) => one.kind === "unreachable") ? "unreachable" : "ok";
}
