import type { ClusterPlan } from "../../core/plan/plan.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
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
  readonly without: readonly string[];
  /** Ends it, and waits until it has ended: nothing is told of it afterwards. */
  readonly stop: () => Promise<void>;
}

/**
 * As `preparePlan`, and `onPart` is told of the clusters that are planned while
 * others are late: a silent or slow one keeps nobody waiting but itself. When
 * no cluster has connected for two seconds and some have before, the others are
 * planned as if the late ones did not answer. Where these turn out not to
 * answer, that is the plan; where one does, everything is planned again with
 * what it says (and without those that are late still), so that the plan of a cluster that was told may be another at the end.
 */
export async function preparePlanInParts(
  meshFile: MeshFile,
  options: PlanningOptions,
  scope: Scope,
  onPart: OnPart,
): Promise<PreparedPlan> {
  let early: EarlyPlan | undefined;
  const plan: MakePlan = async (opened, more) => planOpened(meshFile, { scope, opened }, { ...options, ...more });
  try {
    const opened = await openForPlan(meshFile, options, (soFar, whenOpened) => {
      if (early === undefined || !isStillRight(early, soFar)) {
        early = beginEarly({ without: unreachableIn(soFar), opened: whenOpened, before: early }, plan, {
          signal: options.signal,
          onPart,
        });
      }
    });
    return await closedWhenFailed(opened.open, async () => {
      const known = early === undefined ? undefined : await finishEarly(early, opened.open);
      return known ?? (await plan(opened, { signal: options.signal, onPart }));
    });
  } finally {
    await early?.stop();
  }
}

type MakePlan = (
  opened: OpenedMesh,
  options: { readonly signal: AbortSignal; readonly onPart: OnPart },
) => Promise<PreparedPlan>;

interface EarlyMesh {
  readonly without: readonly string[];
  readonly opened: () => Promise<OpenedMesh>;
  /** The plan of fewer clusters, which is ended first. */
  readonly before: EarlyPlan | undefined;
}

function beginEarly(
  { without, opened, before }: EarlyMesh,
  plan: MakePlan,
  whole: { readonly signal: AbortSignal; readonly onPart: OnPart },
): EarlyPlan {
  const stop = new AbortController();
  const signal = AbortSignal.any([whole.signal, stop.signal]);
  const onPart: OnPart = (planned) => {
    if (!signal.aborted) {
      whole.onPart(planned);
    }
  };
  const make = async (): Promise<PreparedPlan> => {
    await before?.stop();
    const prepared = await plan(await opened(), { signal, onPart });
    onPart(prepared.plan.clusters.filter((one) => one.kind === "planned"));
    return prepared;
  };
  const made = make();
  // Whoever waits for it gets the failure; until then it is not an unhandled one.
  made.catch(() => {});
  return {
    plan: made,
    without,
    stop: async () => {
      stop.abort(new Error("the plan without the late clusters is not needed any more"));
      await made.catch(() => {});
    },
  };
}

/** The early plan as that of the whole mesh; undefined, and ended, where a cluster that it is made without has answered after all. */
async function finishEarly(early: EarlyPlan, open: OpenMesh): Promise<PreparedPlan | undefined> {
  if (!isStillRight(early, open)) {
    await early.stop();
    return undefined;
  }
  const unreachable = new Map(
    open.connections.flatMap((one) =>
      one.kind === "unreachable" ? [[one.cluster.name, one.diagnostic] as const] : [],
    ),
  );
  const prepared = await early.plan;
  const named = (one: ClusterPlan): ClusterPlan => {
    const diagnostic = unreachable.get(one.cluster);
    return diagnostic === undefined ? one : { kind: "unreachable", cluster: one.cluster, diagnostic };
  };
  const { plan } = prepared;
  return { ...prepared, connections: open.connections, plan: { ...plan, clusters: plan.clusters.map(named) } };
}

/** Whether no cluster that it is made without has answered. */
function isStillRight({ without }: EarlyPlan, open: OpenMesh): boolean {
  const unreachable = new Set(unreachableIn(open));
  return without.every((name) => unreachable.has(name));
}

function unreachableIn({ connections }: OpenMesh): readonly string[] {
  return connections.flatMap((one) => (one.kind === "unreachable" ? [one.cluster.name] : []));
}
