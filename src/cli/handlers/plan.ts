import path from "node:path";
import { adviseLeftClusters } from "../../core/advice/left-clusters.ts";
import type { AdoptionPolicy } from "../../core/decide/adoption.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { ForceConflicts } from "../../core/plan/force-conflicts.ts";
import { problemsOf } from "../../core/front-door/names-plan.ts";
import { refusedOf } from "../../core/plan/plan.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import { classOfPlan } from "../../engine/operations/exit-class.ts";
import { preparePlan, preparePlanInParts, writeSavedPlan } from "../../engine/operations/plan.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { PlanView } from "../views/plan.ts";

export interface PlanArgs {
  readonly prune: boolean;
  readonly forceConflicts: ForceConflicts;
  readonly adopt: AdoptionPolicy;
  readonly continue: boolean;
  /** The file to save the plan in. */
  readonly out: string | undefined;
  readonly detailedExitcode: boolean;
}

/** Plans, saves the plan where that is asked for, and shows it. */
export async function planMesh(args: PlanArgs, view: PlanView, context: MeshContext): Promise<ExitCode> {
  const { prune, forceConflicts, adopt } = args;
  const { meshFile, scope } = await context.readMesh();
  const options = await context.engineOptions({ forceConflicts, adopt, continueOnRefusal: args.continue });
  const { part } = view;
  const untold = new Set(scope.length === 0 ? meshFile.mesh.clusters.map(({ name }) => name) : scope);
  const { plan, warnings, close } =
    part === undefined
      ? await preparePlan(meshFile, options, scope)
      : await preparePlanInParts(meshFile, options, scope, (planned) => {
          part(planned, { prune });
          const news = planned.filter(({ cluster }) => untold.delete(cluster));
          // Late may be only clusters that are not asked for.
          if (news.length > 0 && untold.size > 0) {
            context.log(`Still to come: ${untoldNames([...untold])}.`);
          }
        });
  await close();
  if (args.out !== undefined) {
    const forced = typeof forceConflicts === "boolean" ? forceConflicts : [...forceConflicts];
    const choices = { prune, forceConflicts: forced, adopt, clusters: [...scope], continue: args.continue };
    await writeSavedPlan(path.resolve(context.cwd, args.out), plan, { meshFile, options: choices, now: context.now() });
    context.log(
      `Saved. To do exactly this: ${quoteCommand([context.env["ISTHMUS_COMMAND"] ?? "isthmus", "apply", args.out])}`,
    );
  }
  view.plan(plan, { prune });
  const refused = refusedOf(plan).map(({ diagnostic }) => diagnostic);
  const unavailable = plan.clusters.flatMap((cluster) => (cluster.kind === "unreachable" ? [cluster.diagnostic] : []));
  context.report([
    ...warnings,
    ...adviseLeftClusters(plan, { prune }),
    ...refused,
    ...unavailable,
    ...problemsOf(plan.names),
  ]);
  const found = classOfPlan(plan, { prune });
  return found === "changes" && !args.detailedExitcode ? exitCodes.ok : exitCodes[found];
}

const namedAtMost = 5;

function untoldNames(names: readonly string[]): string {
  const more = names.length - namedAtMost;
  return more > 0 ? `${names.slice(0, namedAtMost).join(", ")} and ${more} more` : names.join(", ");
}
