import { statusDocument } from "../../engine/documents/status.ts";
import type { StatusLook } from "../../engine/operations/watch-status.ts";
import type { CliContext } from "../terminal/context.ts";
import { viewStatus, viewWideStatus } from "./human/status.ts";
import type { StatusOutput } from "./status.ts";

/** What `isthmus status --watch` prints; a view decides itself which looks are worth printing. */
export interface WatchView {
  readonly look: (look: StatusLook) => void;
}

/**
 * The view that `-o` names: a terminal is drawn anew at every look; elsewhere a
 * block with its time, or with json a document per line, whenever something changed.
 */
export function watchView(output: StatusOutput, context: CliContext): WatchView {
  const views: Readonly<Record<StatusOutput, () => WatchView>> = {
    table: () => textView(viewStatus, context),
    wide: () => textView(viewWideStatus, context),
    json: () => lineView(context),
  };
  return views[output]();
}

function textView(view: typeof viewStatus, context: CliContext): WatchView {
  const live = context.stdout.isTTY === true;
  const hasChanged = changes();
  return {
    look: (look) => {
      const text = look.kind === "status" ? view({ ...look, name: look.mesh }, look.clusters, context.palette) : "";
      // The table names clusters that do not answer by itself.
      const diagnostics = look.kind === "status" ? [] : look.diagnostics;
      if (!hasChanged(look, text) && !live) {
        return;
      }
      // Clears the screen and goes to its corner.
      const corner = live ? "\u001B[2J\u001B[H" : "";
      context.print(`${corner}${new Date(context.now()).toISOString()}\n${text}\n`);
      context.report(diagnostics);
    },
  };
}

function lineView(context: CliContext): WatchView {
  const hasChanged = changes();
  return {
    look: (look) => {
      const text = look.kind === "status" ? JSON.stringify(statusDocument(look.mesh, look.clusters, look.names)) : "";
      if (!hasChanged(look, text)) {
        return;
      }
      if (text !== "") {
        context.print(text);
      }
      context.report(look.diagnostics);
    },
  };
}

/** Whether a look differs from the one before: in what is printed of it, or in what is wrong. */
function changes(): (look: StatusLook, text: string) => boolean {
  let before: string | undefined;
  return (look, text) => {
    const key = JSON.stringify([text, look.diagnostics]);
    const changed = key !== before;
    before = key;
    return changed;
  };
}
