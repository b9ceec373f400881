import { writeJson } from "../../core/model/exact-json.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { planApplyTasks } from "../../core/plan/apply-tasks.ts";
import type { DrainPlan, EngineEvent, PlanEvent, ShiftPlan, RemovalPlan } from "../events.ts";
import { planDrainNameTasks, planNameTasks } from "../../core/plan/name-tasks.ts";
import { namesFields } from "./names.ts";
import type { Verification } from "../traffic/verification.ts";
import type { JudgedGate, WatchedRequests } from "../traffic/watch-requests.ts";
import { planDocument } from "./plan.ts";
import { verificationDocument } from "./verify.ts";

/** How a command ended: the last event of a stream. */
export interface SummaryEvent {
  readonly kind: "summary";
  readonly exitCode: ExitCode;
  readonly clusters: readonly {
    readonly cluster: string;
    readonly state: string;
    readonly applied: number;
    readonly deleted: number;
  }[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What a step of a shift was proven by, or not. */
export interface VerificationEvent {
  readonly kind: "verification";
  /** `step-1`, …, `rollback`, as in the ids of tasks. */
  readonly step: string;
  readonly verification: Verification;
}

/** What a step of a shift was judged by that goes by real requests. */
export interface GateEvent {
  readonly kind: "gate";
  /** As of a verification. */
  readonly step: string;
  readonly gate: JudgedGate;
  readonly watched: Pick<WatchedRequests, "limitMs" | "left" | "unread">;
}

/** Everything that a stream of events can hold. */
export type StreamedEvent = PlanEvent | EngineEvent | VerificationEvent | GateEvent | SummaryEvent;

/** One event as its line of JSON, without the line's end. Secret values are fingerprints. `at` is in milliseconds since the epoch. */
export function eventLine(event: StreamedEvent, at: number): string {
  const { kind, ...fields } = documentOf(event);
  return writeJson({
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Event",
    time: new Date(at).toISOString(),
    event: kind,
    ...fields,
  });
}

function documentOf(
  event: StreamedEvent,
): { readonly kind: StreamedEvent["kind"] } & Readonly<Record<string, unknown>> {
  switch (event.kind) {
    case "plan":
      return { kind: event.kind, plan: planDocument(event.plan, event), tasks: planApplyTasks(event.plan, event) };
    case "removal":
      return { kind: event.kind, ...removalFields(event.removal) };
    case "shift":
      return { kind: event.kind, ...shiftFields(event.shift) };
    case "names": {
      const { mesh, names, prune } = event;
      return { kind: event.kind, mesh, ...namesFields(names), tasks: planNameTasks(names, { prune }, []) };
    }
    case "drain":
      return { kind: event.kind, ...drainFields(event.drain) };
    case "verification":
      return { ...event, verification: verificationDocument(event.verification) };
    case "gate":
      return { kind: event.kind, step: event.step, ...gateFields(event) };
    case "object.applied":
    case "object.deleted": {
      const { id, ...rest } = event;
      return { ...rest, object: id };
    }
    case "summary":
      return {
        ...event,
        clusters: event.clusters.map(({ cluster, state, applied, deleted }) => ({
          name: cluster,
          state,
          applied,
          deleted,
        })),
      };
    default:
      return { ...event };
  }
}

function removalFields({ mesh, clusters, names }: RemovalPlan): Readonly<Record<string, unknown>> {
  const named = clusters.map(({ cluster, objects, labelled, tasks }) => ({
    name: cluster,
    ...(labelled === undefined ? {} : { labelled }),
    tasks,
    objects: objects.map(({ id, ...rest }) => ({ ...rest, ...id })),
  }));
  const dns =
    names === undefined ? {} : { names: { ...namesFields(names), tasks: planNameTasks(names, { prune: false }, []) } };
  return { mesh, ...dns, clusters: named };
}

function gateFields({
  gate: { of, gate, verdict },
  watched: { limitMs, left, unread },
}: GateEvent): Readonly<Record<string, unknown>> {
  const versions = Object.entries(gate.versions).map(([name, { answered, failed }]) => ({ name, answered, failed }));
  const judged = "versions" in verdict ? { judged: verdict.versions } : {};
  const silent = unread
    .filter((one) => one.of === "all" || one.of === of)
    .map(({ cluster, diagnostic }) => ({ name: cluster, diagnostic }));
  const limit = of === "errors" ? { maxErrorPercent: gate.limit * 100 } : { maxP99Milliseconds: limitMs, left };
  return { of, verdict: verdict.kind, ...judged, ...limit, versions, unread: silent };
}

function shiftFields({ clusters, ...shift }: ShiftPlan): Readonly<Record<string, unknown>> {
  const named = clusters.map((one) =>
    one.kind === "unreachable"
      ? { name: one.cluster, state: "unreachable", diagnostic: one.diagnostic }
      : { name: one.cluster, state: "planned", tasks: one.tasks, object: one.id, fields: one.fields },
  );
  return { ...shift, clusters: named };
}

function drainFields({ clusters, names, ...drain }: DrainPlan): Readonly<Record<string, unknown>> {
  const named = clusters.map((one) =>
    one.kind === "unreachable"
      ? { name: one.cluster, state: "unreachable", diagnostic: one.diagnostic }
      : {
          name: one.cluster,
          state: "planned",
          tasks: one.tasks,
          objects: one.objects.map(({ id, ...rest }) => ({ ...rest, ...id })),
        },
  );
  const dns =
    names === undefined ? {} : { names: { ...namesFields(names), tasks: planDrainNameTasks(names, drain.action) } };
  return { ...drain, ...dns, clusters: named };
}
