import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { SummaryEvent } from "../../engine/documents/event.ts";
import type { CliContext } from "../terminal/context.ts";
import type { EventView } from "../views/change-view.ts";

/** How a command ended, without what the stream finds out itself. */
export type Ending = Pick<SummaryEvent, "exitCode" | "clusters" | "diagnostics">;

/** What a command has done when it ends early. */
export type SoFar = Pick<Ending, "clusters" | "diagnostics">;

/**
 * Runs a command that emits events; the last one is its summary, also when
 * `run` throws, which is passed on. `soFar` is asked then for what was done before.
 */
export async function streamEvents(
  view: EventView,
  context: CliContext,
  run: () => Promise<Ending>,
  soFar: () => SoFar = () => ({ clusters: [], diagnostics: [] }),
): Promise<ExitCode> {
  try {
    const ending = await run();
    view.event({ kind: "summary", ...ending });
    return ending.exitCode;
  } catch (error) {
    view.event({ kind: "summary", ...endingOf(error, context, soFar()) });
    throw error;
  } finally {
    await view.close();
  }
}

function endingOf(error: unknown, context: CliContext, { clusters, diagnostics }: SoFar): Ending {
  if (error instanceof UserError) {
    return { exitCode: error.exitCode, clusters, diagnostics: [...diagnostics, ...error.diagnostics] };
  }
  return { exitCode: context.signal.aborted ? exitCodes.interrupted : exitCodes.failed, clusters, diagnostics };
}
