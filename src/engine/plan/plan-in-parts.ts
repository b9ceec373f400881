import type { ClusterPlan } from "../../core/plan/plan.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import type { Scope } from "../clusters/scope.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { OpenedMesh } from "./open-for-plan.ts";
import { openForPlan } from "./open-for-plan.ts";
import type { PlanningOptions, PreparedPlan } from "./prepare-plan.ts";
import { closedWhenFailed, planOpened } from "./prepare-plan.ts";
import type { OnPart } from "./tell-parts.ts";

/** A plan that is made while some clusters have not answered, as if they did not. */
interface EarlyPlan {
  readonly plan: Promise<PreparedPlan>;
  /** The clusters that it is made without. */
  readonly without: Promise<readonly string[]>;
  /** Ends it, and waits until it has ended. */
  readonly stop: () => Promise<void>;
}

/**
 * As `preparePlan`, and `onPart` is told of the clusters that are planned while
 * others are late: a silent or slow one keeps nobody waiting but itself. When
 * no cluster has connected for two seconds and some have before, the others are
 * planned as if the late ones did not answer. Where these turn out not to
 * answer, that is the plan; where one does, everything is planned again with
 * what it says, so that the plan of a cluster that was told may be another at the end.
 */
export async function preparePlanInParts(
  meshFile: MeshFile,
  options: PlanningOptions,
  scope: Scope,
  onPart: OnPart,
): Promise<PreparedPlan> {
  let early: EarlyPlan | undefined;
  const plan = async (opened: OpenedMesh, signal: AbortSignal): Promise<PreparedPlan> =>
    planOpened(meshFile, { scope, opened }, { ...options, signal, onPart });
  try {
    const opened = await openForPlan(meshFile, options, (soFar) => {
      early ??= beginEarly(soFar, options.signal, { plan, onPart });
    });
    return await closedWhenFailed(opened.open, async () => {
      const known = early === undefined ? undefined : await finishEarly(early, opened);
      return known ?? (await plan(opened, options.signal));
    });
  } finally {
    await early?.stop();
  }
}

function beginEarly(
  soFar: Promise<OpenedMesh>,
  whole: AbortSignal,
  {
    plan,
    onPart,
  }: { readonly plan: (opened: OpenedMesh, signal: AbortSignal) => Promise<PreparedPlan>; readonly onPart: OnPart },
): EarlyPlan {
  const stop = new AbortController();
  const make = async (): Promise<PreparedPlan> => {
    const prepared = await plan(await soFar, AbortSignal.any([whole, stop.signal]));
    onPart(prepared.plan.clusters.filter((one) => one.kind === "planned"));
    return prepared;
  };
  const made = make();
  // Whoever waits for it gets the failure; until then it is not an unhandled one.
  made.catch(() => {});
  return {
    plan: made,
    without: soFar.then(({ open }) => unreachableIn(open.connections)),
    stop: async () => {
      stop.abort(new Error("the plan without the late clusters is not needed any more"));
      await made.catch(() => {});
    },
  };
}

/** The early plan as that of the whole mesh; undefined where a cluster that it is made without has answered after all. */
async function finishEarly(early: EarlyPlan, { open }: OpenedMesh): Promise<PreparedPlan | undefined> {
  const unreachable = new Map(
    open.connections.flatMap((one) =>
      one.kind === "unreachable" ? [[one.cluster.name, one.diagnostic] as const] : [],
    ),
  );
  const without = await early.without;
  if (!without.every((name) => unreachable.has(name))) {
    return undefined;
  }
  const prepared = await early.plan;
  const named = (one: ClusterPlan): ClusterPlan => {
    const diagnostic = unreachable.get(one.cluster);
    return diagnostic === undefined ? one : { kind: "unreachable", cluster: one.cluster, diagnostic };
  };
  const { plan } = prepared;
  return { ...prepared, connections: open.connections, plan: { ...plan, clusters: plan.clusters.map(named) } };
}

function unreachableIn(connections: readonly Connection[]): readonly string[] {
  return connections.flatMap((one) => (one.kind === "unreachable" ? [one.cluster.name] : []));
}
