import { adviseLeftClusters } from "../../core/advice/left-clusters.ts";
import type { AdoptionPolicy } from "../../core/decide/adoption.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import { hasChanges } from "../../core/plan/plan.ts";
import type { SavedPlan } from "../../core/plan/saved-plan.ts";
import type { ApplyResult } from "../../engine/operations/apply.ts";
import { applyPlan } from "../../engine/operations/apply.ts";
import type { PreparedPlan } from "../../engine/operations/plan.ts";
import { preparePlan, readSavedPlan, refuseMovedMeshFile, refuseMovedPlan } from "../../engine/operations/plan.ts";
import type { CliContext } from "../terminal/context.ts";
import type { Ending } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";
import { adoptOption, fileOption } from "../command-line/options.ts";
import { usageError } from "../command-line/usage-error.ts";
import type { ApplyView } from "../views/apply.ts";

export interface ApplyArgs {
  /** A saved plan, which is done exactly or not at all. */
  readonly plan: string | undefined;
  /** The mesh file; without it the saved plan's, else mesh.yaml. */
  readonly file: string | undefined;
  /** Names of the only clusters to write to; all when empty. */
  readonly clusters: readonly string[];
  readonly yes: boolean;
  readonly prune: boolean;
  readonly forceConflicts: ForceConflicts;
  /** Undefined = not given. */
  readonly adopt: AdoptionPolicy | undefined;
  readonly continueOnRefusal: boolean;
  readonly timeoutMs: number;
}

/** Plans, shows the plan, asks, applies, and says how it ended. What `apply` and the demo's middle part are. */
export async function applyMesh(args: ApplyArgs, view: ApplyView, context: CliContext): Promise<ExitCode> {
  return streamEvents(view, context, async () => applyStreamed(args, view, context));
}

async function applyStreamed(args: ApplyArgs, view: ApplyView, context: CliContext): Promise<Ending> {
  const saved = args.plan === undefined ? undefined : await readSavedPlanFor(args, args.plan, context);
  const { prune, forceConflicts, clusters, adopt = adoptOption.default } = saved?.options ?? args;
  const continueOnRefusal = saved?.options.continue ?? args.continueOnRefusal;
  const file = args.file ?? saved?.meshFile.path ?? fileOption.default;
  const { meshFile, scope } = await context.forMesh({ file, clusters }).readMesh();
  if (saved !== undefined) {
    refuseMovedMeshFile(saved, meshFile);
  }
  const own = { timeoutMs: args.timeoutMs, forceConflicts, adopt, continueOnRefusal };
  const prepared = await preparePlan(meshFile, await context.engineOptions(own), scope);
  try {
    view.event({ kind: "plan", plan: prepared.plan, prune });
    refuseHalfOfANewMesh(prepared);
    if (saved !== undefined) {
      refuseMovedPlan(saved, prepared.plan);
    }
    view.plan({ plan: prepared.plan, prune });
    const warnings = [...prepared.warnings, ...adviseLeftClusters(prepared.plan, { prune })];
    context.report(warnings);
    if (
      hasChanges(prepared.plan, { prune }) &&
      !(await context.confirm(`Apply this to ${describeTargets(prepared)}?`, args))
    ) {
      context.log("Nothing was changed.");
      return { exitCode: exitCodes.failed, clusters: [], diagnostics: warnings };
    }
    const result = await context.operate({ ...own, onEvent: view.event }, async (options) =>
      applyPlan(prepared, { ...options, prune }),
    );
    const diagnostics = result.clusters.flatMap((cluster) => cluster.diagnostics);
    view.result(result);
    context.report(diagnostics);
    return {
      exitCode: exitCodeOf(result, context),
      clusters: result.clusters,
      diagnostics: [...warnings, ...diagnostics],
    };
  } finally {
    await prepared.close();
  }
}

async function readSavedPlanFor(args: ApplyArgs, name: string, context: CliContext): Promise<SavedPlan> {
  const given = [
    ...args.clusters.map((name) => `--cluster ${name}`),
    ...(args.prune ? ["--prune"] : []),
    ...writeForced(args.forceConflicts),
    ...(args.adopt === undefined ? [] : [`--adopt ${args.adopt}`]),
    ...(args.continueOnRefusal ? ["--continue"] : []),
  ];
  if (given.length > 0) {
    throw usageError(
      "ISM066",
      `${name} is done exactly as it was planned, so ${given.join(" and ")} cannot be given with it.`,
      `Make the plan with it: isthmus plan ${given.join(" ")} --out ${name}`,
    );
  }
  return readSavedPlan(name, context.cwd);
}

function writeForced(force: ForceConflicts): readonly string[] {
  return force === false ? [] : [force === true ? "--force-conflicts" : `--force-conflicts=${force.join(",")}`];
}

function describeTargets({ meshFile, scope }: PreparedPlan): string {
  return scope.length === 0 ? `${meshFile.mesh.clusters.length} clusters` : scope.join(", ");
}

/** A mesh that stands nowhere yet needs all of its clusters (docs/adr/0003). */
function refuseHalfOfANewMesh(prepared: PreparedPlan): void {
  const away = prepared.plan.clusters.flatMap((cluster) => (cluster.kind === "unreachable" ? [cluster] : []));
  const all = away.length === prepared.plan.clusters.length;
  if (away.length === 0 || (prepared.established && !all)) {
    return;
  }
  throw new UserError(
    [
      ...away.map((cluster) => cluster.diagnostic),
      {
        code: "ISM306",
        severity: "error",
        summary: "A cluster of a new mesh does not answer",
        detail: `${away.map((cluster) => cluster.cluster).join(", ")} ${all ? "is all there is" : "does not answer"}, and no cluster that answers carries mesh ${prepared.plan.mesh} yet. Nothing was changed anywhere.`,
        fix: "Correct the access to these clusters, or take them out of the mesh file, then apply again.",
      },
    ],
    exitCodes.unreachable,
  );
}

function exitCodeOf(result: ApplyResult, context: CliContext): ExitCode {
  const states = result.clusters.map((cluster) => cluster.state);
  if (context.signal.aborted) {
    return exitCodes.interrupted;
  }
  if (states.every((state) => state === "applied")) {
    return exitCodes.ok;
  }
  return states.some((state) => state === "applied" || state === "incomplete")
    ? exitCodes.partlyApplied
    : exitCodes.failed;
}
