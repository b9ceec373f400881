import { ask } from "./ask.ts";
import type { CliIo, ProgressView } from "./context.ts";

/** A progress view that lets other lines pass: they go above the live lines, not through them. */
export interface LiveView extends ProgressView {
  readonly writeAbove: (text: string) => void;
}

/** Stderr of one run of a command, which messages, one progress view and one question share. */
export interface SharedStderr {
  /** Writes a message: above the live lines of a progress view, below a question that was not answered. */
  readonly write: (text: string) => void;
  /** Shows a progress view in place of the one before. */
  readonly show: (start: () => LiveView) => ProgressView;
  /** Asks a yes-or-no question; rejects when the command is aborted, or `signal` where there is one. */
  readonly ask: (question: string, signal?: AbortSignal) => Promise<boolean>;
  /** Ends a progress view that a failed command left open. */
  readonly close: () => void;
}

/** Shares a process's stderr. */
export function shareStderr(io: CliIo): SharedStderr {
  let view: LiveView | undefined;
  let asking = false;
  return {
    write: (text) => {
      if (asking) {
        // Somebody pressed Ctrl-C instead of answering: the question's line is still open.
        asking = false;
        io.stderr.write(`\n${text}`);
      } else if (view === undefined) {
        io.stderr.write(text);
      } else {
        view.writeAbove(text);
      }
    },
    show: (start) => {
      view?.stop();
      const started = start();
      view = started;
      return {
        onProgress: started.onProgress,
        stop: () => {
          started.stop();
          view = view === started ? undefined : view;
        },
      };
    },
    ask: async (question, signal = io.signal) => {
      asking = true;
      return ask(question, { ...io, signal }).finally(() => {
        asking = false;
      });
    },
    close: () => view?.stop(),
  };
}
