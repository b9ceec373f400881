import type { Progress } from "../../core/progress.ts";
import type { EngineEvent } from "../../engine/events.ts";
import type { EngineOptions } from "../../engine/options.ts";
import type { CliContext, OwnOptions } from "../terminal/context.ts";

/** Runs an operation and shows its progress; the command's own listener gets every event as well. */
export async function operate<Result>(
  context: CliContext,
  own: OwnOptions,
  work: (options: EngineOptions) => Promise<Result>,
): Promise<Result> {
  const view = context.progress();
  try {
    return await work(
      await context.engineOptions({
        ...own,
        onEvent: (event) => {
          own.onEvent?.(event);
          if (isProgress(event)) {
            view.onProgress(event);
          }
        },
      }),
    );
  } finally {
    view.stop();
  }
}

function isProgress(event: EngineEvent): event is Progress {
  return event.kind.startsWith("task.");
}
