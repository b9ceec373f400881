import { watchStatus } from "../../engine/operations/watch-status.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { WatchView } from "../views/watch-status.ts";

/** Shows look after look. Ends with the signal's reason (Ctrl-C), or returns when whoever reads has gone. */
export async function showWatch(intervalMs: number, view: WatchView, context: MeshContext): Promise<void> {
  const signal = AbortSignal.any([context.signal, context.outputClosed]);
  const options = { ...(await context.engineOptions()), signal, intervalMs };
  try {
    for await (const look of watchStatus(async () => (await context.readMesh()).meshFile, options)) {
      view.look(look);
    }
  } catch (error) {
    if (!context.outputClosed.aborted || context.signal.aborted) {
      throw error;
    }
  }
}
