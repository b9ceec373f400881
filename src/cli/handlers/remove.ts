import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import type { RemovalPlan } from "../../engine/events.ts";
import { readMeshFile } from "../../engine/mesh-file.ts";
import type { PreparedRemoval } from "../../engine/operations/remove.ts";
import { carryOutRemoval, countKinds, prepareRemoval } from "../../engine/operations/remove.ts";
import type { CliContext } from "../terminal/context.ts";
import { engineOptions } from "./engine-options.ts";
import type { Ending, EventTargets, WriteEvent } from "./event-stream.ts";
import { streamEvents } from "./event-stream.ts";
import { isProgress } from "./is-progress.ts";
import { readScope } from "./read-scope.ts";
import { removalExitCode, viewRemoval, viewRemovalPlan } from "../views/human/remove.ts";

export interface RemoveArgs extends EventTargets {
  readonly file: string;
  /** Names of the only clusters to take down; all when empty. */
  readonly clusters: readonly string[];
  /** Also what carries the mesh's label and no inventory lists. */
  readonly labelled: boolean;
  readonly yes: boolean;
  readonly timeoutMs: number;
}

/** Shows what would go, asks, removes, and says how it ended. */
export async function removeMesh(args: RemoveArgs, context: CliContext): Promise<ExitCode> {
  return streamEvents(args, context, async (write) => removeStreamed(args, context, write));
}

async function removeStreamed(args: RemoveArgs, context: CliContext, write: WriteEvent): Promise<Ending> {
  const print = args.output === "jsonl" ? (): void => {} : context.print;
  const meshFile = await readMeshFile(args.file, context.cwd);
  const scope = readScope(meshFile.mesh, args.clusters);
  const prepared = await prepareRemoval(meshFile, await engineOptions(context), scope, args.labelled);
  try {
    const removal = planOf(prepared);
    write({ kind: "removal", removal });
    print(viewRemovalPlan(prepared, context.palette));
    const total = removal.clusters.reduce((sum, one) => sum + one.objects.length, 0);
    if (total > 0 && !(await context.confirm(`Take these ${total} objects away?`, args))) {
      context.log("Nothing was removed.");
      return { exitCode: exitCodes.failed, clusters: [], diagnostics: [] };
    }
    const progress = context.progress();
    const options = await engineOptions(context, {
      timeoutMs: args.timeoutMs,
      onEvent: (event) => {
        write(event);
        if (isProgress(event)) {
          progress.onProgress(event);
        }
      },
    });
    const outcomes = await carryOutRemoval(prepared, options).finally(() => progress.stop());
    const diagnostics = outcomes.flatMap((outcome) => outcome.diagnostics);
    print(viewRemoval(outcomes, context.palette));
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
