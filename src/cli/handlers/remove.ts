import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { changedNames } from "../../core/front-door/names-plan.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { classOfRemoval } from "../../engine/operations/exit-class.ts";
import { planRemoval } from "../../engine/operations/removal-plan.ts";
import type { NameOutcome } from "../../engine/operations/remove.ts";
import { carryOutRemoval, prepareRemoval } from "../../engine/operations/remove.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { Ending } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";
import type { RemoveView } from "../views/remove.ts";

export interface RemoveArgs {
  /** Also what carries the mesh's label and no inventory lists. */
  readonly labelled: boolean;
  readonly yes: boolean;
  readonly timeoutMs: number;
}

/** Shows what would go, asks, removes, and says how it ended. */
export async function removeMesh(args: RemoveArgs, view: RemoveView, context: MeshContext): Promise<ExitCode> {
  return streamEvents(view, context, async () => removeStreamed(args, view, context));
}

async function removeStreamed(args: RemoveArgs, view: RemoveView, context: MeshContext): Promise<Ending> {
  const { meshFile, scope } = await context.readMesh();
  const prepared = await prepareRemoval(meshFile, await context.engineOptions(), scope, args.labelled);
  try {
    const removal = planRemoval(prepared);
    view.event({ kind: "removal", removal });
    view.plan(prepared);
    context.report(prepared.warnings);
    const total = removal.clusters.reduce((sum, one) => sum + one.objects.length, 0);
    const inDns = changedNames(removal.names, { prune: false }).length;
    const names = inDns === 0 ? "" : ` and ${inDns} ${inDns === 1 ? "name" : "names"}`;
    if (total + inDns > 0 && !(await context.confirm(`Take these ${total} objects${names} away?`, args))) {
      context.log("Nothing was removed.");
      return { exitCode: exitCodes.failed, clusters: [], diagnostics: [] };
    }
    const written: NameOutcome[] = [];
    const outcomes = await context.operate({ timeoutMs: args.timeoutMs, onEvent: view.event }, async (options) =>
      carryOutRemoval(prepared, options, (all) => written.push(...all)),
    );
    const diagnostics = [...written, ...outcomes].flatMap((outcome) => outcome.diagnostics);
    view.result({ outcomes, names: written });
    context.report(diagnostics);
    const clusters = outcomes.map(({ cluster, state, deleted }) => ({ cluster, state, applied: 0, deleted }));
    return { exitCode: exitCodes[classOfRemoval(outcomes, written)], clusters, diagnostics };
  } finally {
    await prepared.close();
  }
}
