import type { Progress } from "../../core/progress.ts";
import type { EngineEvent } from "../../engine/events.ts";
import type { CliContext, ProgressView } from "../terminal/context.ts";

/**
 * The progress of work that prints data or asks in between: it is shown from
 * the first event on, and `pause` ends the view until the next one.
 */
export function pausingProgress(context: Pick<CliContext, "progress">): {
  readonly onEvent: (event: EngineEvent) => void;
  readonly pause: () => void;
} {
  let view: ProgressView | undefined;
  return {
    onEvent: (event) => {
      if (isProgress(event)) {
        view ??= context.progress();
        view.onProgress(event);
      }
    },
    pause: () => {
      view?.stop();
      view = undefined;
    },
  };
}

function isProgress(event: EngineEvent): event is Progress {
  return event.kind.startsWith("task.");
}
