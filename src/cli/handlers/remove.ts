import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import type { RemovalPlan } from "../../engine/events.ts";
import type { PreparedRemoval } from "../../engine/operations/remove.ts";
import { carryOutRemoval, countKinds, prepareRemoval } from "../../engine/operations/remove.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { Ending } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";
import { removalExitCode } from "../views/human/remove.ts";
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
    const removal = planOf(prepared);
    view.event({ kind: "removal", removal });
    view.plan(prepared);
    const total = removal.clusters.reduce((sum, one) => sum + one.objects.length, 0);
    if (total > 0 && !(await context.confirm(`Take these ${total} objects away?`, args))) {
      context.log("Nothing was removed.");
      return { exitCode: exitCodes.failed, clusters: [], diagnostics: [] };
    }
    const outcomes = await context.operate({ timeoutMs: args.timeoutMs, onEvent: view.event }, async (options) =>
      carryOutRemoval(prepared, options),
    );
    const diagnostics = outcomes.flatMap((outcome) => outcome.diagnostics);
    view.result(outcomes);
    context.report(diagnostics);
    const clusters = outcomes.map(({ cluster, state, deleted }) => ({ cluster, state, applied: 0, deleted }));
    return { exitCode: removalExitCode(outcomes), clusters, diagnostics };
  } finally {
    await prepared.close();
  }
}

function planOf(prepared: PreparedRemoval): RemovalPlan {
  const all = [...prepared.clusters, ...(prepared.management === undefined ? [] : [prepared.management])];
  return {
    mesh: prepared.mesh,
    clusters: all.map(({ one, items, labelled, isLeft }) => ({
      cluster: one.cluster.name,
      objects: items.map(({ created, wave, id }) => ({ action: created ? "delete" : "release", wave, id })),
      ...(labelled === undefined
        ? {}
        : {
            labelled: [...countKinds({ items: isLeft ? labelled.items : [], stays: labelled.stays })].map(
              ([kind, count]) => ({ kind, count }),
            ),
          }),
    })),
  };
}
