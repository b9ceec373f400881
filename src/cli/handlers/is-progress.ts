import type { Progress } from "../../core/progress.ts";
import type { EngineEvent } from "../../engine/events.ts";

/** True for the events that the live view shows. */
export function isProgress(event: EngineEvent): event is Progress {
  return event.kind.startsWith("task.");
}
