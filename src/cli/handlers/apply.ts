import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { applyPlan } from "../../engine/operations/apply.ts";
import { classOfApply } from "../../engine/operations/exit-class.ts";
import type { PreparedPlan } from "../../engine/operations/plan.ts";
import type { AskedChoices } from "../../engine/operations/prepare-apply.ts";
import { chooseApply, prepareApply } from "../../engine/operations/prepare-apply.ts";
import { fileOption } from "../command-line/options.ts";
import type { CliContext } from "../terminal/context.ts";
import type { ApplyView } from "../views/apply.ts";
import type { Ending } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";

export interface ApplyArgs extends AskedChoices {
  /** A saved plan, which is done exactly or not at all. */
  readonly plan: string | undefined;
  /** The mesh file; without it the saved plan's, else mesh.yaml. */
  readonly file: string | undefined;
  readonly yes: boolean;
  readonly timeoutMs: number;
}

/** Plans, shows the plan, asks, applies, and says how it ended. What `apply` and the demo's middle part are. */
export async function applyMesh(args: ApplyArgs, view: ApplyView, context: CliContext): Promise<ExitCode> {
  return streamEvents(view, context, async () => applyStreamed(args, view, context));
}

async function applyStreamed(args: ApplyArgs, view: ApplyView, context: CliContext): Promise<Ending> {
  const chosen = await chooseApply(args, args.plan === undefined ? undefined : { name: args.plan, cwd: context.cwd });
  const { saved, prune, forceConflicts, adopt, continueOnRefusal } = chosen;
  const file = args.file ?? saved?.meshFile.path ?? fileOption.default;
  const mesh = await context.forMesh({ file, clusters: chosen.clusters }).readMesh();
  const own = { timeoutMs: args.timeoutMs, forceConflicts, adopt, continueOnRefusal };
  const { prepared, changes, warnings } = await prepareApply(
    { ...mesh, prune, ...(saved === undefined ? {} : { saved }), onPlan: view.event },
    await context.engineOptions(own),
  );
  try {
    view.plan({ plan: prepared.plan, prune });
    context.report(warnings);
    if (changes && !(await context.confirm(`Apply this to ${describeTargets(prepared)}?`, args))) {
      context.log("Nothing was changed.");
      return { exitCode: exitCodes.failed, clusters: [], diagnostics: warnings };
    }
    const result = await context.operate({ ...own, onEvent: view.event }, async (options) =>
      applyPlan(prepared, { ...options, prune }),
    );
    const diagnostics = [...result.clusters, ...(result.names ?? [])].flatMap((one) => one.diagnostics);
    view.result(result);
    context.report(diagnostics);
    return {
      exitCode: exitCodes[classOfApply(result, context.signal)],
      clusters: result.clusters,
      diagnostics: [...warnings, ...diagnostics],
    };
  } finally {
    await prepared.close();
  }
}

function describeTargets({ meshFile, scope }: PreparedPlan): string {
  return scope.length === 0 ? `${meshFile.mesh.clusters.length} clusters` : scope.join(", ");
}
