import type { EngineOptions } from "../../engine/options.ts";
import type { CliContext, OwnOptions } from "../terminal/context.ts";
import { pausingProgress } from "./pausing-progress.ts";

/** Runs an operation and shows its progress; the command's own listener gets every event as well. */
export async function operate<Result>(
  context: CliContext,
  own: OwnOptions,
  work: (options: EngineOptions) => Promise<Result>,
): Promise<Result> {
  const progress = pausingProgress(context);
  try {
    return await work(
      await context.engineOptions({
        ...own,
        onEvent: (event) => {
          own.onEvent?.(event);
          progress.onEvent(event);
        },
      }),
    );
  } finally {
    progress.pause();
  }
}
