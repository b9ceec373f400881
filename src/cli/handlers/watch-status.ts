import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ClusterStatus } from "../../engine/operations/status.ts";
import { readStatus } from "../../engine/operations/status.ts";
import type { CliContext, MeshContext } from "../terminal/context.ts";
import { viewStatus, viewWideStatus } from "../views/human/status.ts";
import { statusDocument } from "../../engine/documents/status.ts";

/** What is shown of one look: its text, and what tells it apart from the one before. */
interface Look {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Looks again and again, for ever: draws anew on a terminal; elsewhere prints
 * a block with its time, or with `json` one document per line, whenever
 * something changed. A cluster that goes away, and after the first look also a
 * mesh file that is wrong for a moment, are told and end nothing. Ends with the
 * signal's reason (Ctrl-C), or returns when whoever reads has gone.
 */
export async function watchStatus(
  args: { readonly output: "table" | "wide" | "json"; readonly intervalMs: number },
  context: MeshContext,
): Promise<void> {
  const live = context.stdout.isTTY === true && args.output !== "json";
  const signal = AbortSignal.any([context.signal, context.outputClosed]);
  const options = { ...(await context.engineOptions()), signal };
  let before: string | undefined;
  try {
    for (;;) {
      const look = await lookOnce(args, context, { options, first: before === undefined });
      const key = JSON.stringify([look.text, look.diagnostics]);
      if (live || key !== before) {
        show(look, args.output === "json", live, context);
      }
      before = key;
      await pause(args.intervalMs, undefined, { signal });
    }
  } catch (error) {
    if (context.outputClosed.aborted && !context.signal.aborted) {
      return;
    }
    throw error;
  }
}

async function lookOnce(
  args: { readonly output: "table" | "wide" | "json" },
  context: MeshContext,
  { options, first }: { readonly options: Parameters<typeof readStatus>[1]; readonly first: boolean },
): Promise<Look> {
  try {
    const { meshFile } = await context.readMesh();
    const clusters = await readStatus(meshFile, options);
    const { name } = meshFile.mesh;
    return {
      text:
        args.output === "json"
          ? JSON.stringify(statusDocument(name, clusters))
          : (args.output === "wide" ? viewWideStatus : viewStatus)(name, clusters, context.palette),
      diagnostics: clusters.flatMap(awayOf),
    };
  } catch (error) {
    if (first || !(error instanceof UserError)) {
      throw error;
    }
    return { text: "", diagnostics: error.diagnostics };
  }
}

function awayOf(cluster: ClusterStatus): readonly Diagnostic[] {
  return cluster.kind === "unreachable" ? [cluster.diagnostic] : [];
}

function show({ text, diagnostics }: Look, json: boolean, live: boolean, context: CliContext): void {
  const time = new Date(context.now()).toISOString();
  if (json) {
    if (text !== "") {
      context.print(text);
    }
  } else {
    // Clears the screen and goes to its corner.
    context.print(`${live ? "\u001B[2J\u001B[H" : ""}${time}\n${text}\n`);
  }
  // The table names clusters that are away by itself.
  if (json || text === "") {
    context.report(diagnostics);
  }
}
