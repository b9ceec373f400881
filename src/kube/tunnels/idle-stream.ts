import type { Duplex } from "node:stream";

/** Keeps one stream that nobody uses just now, for a while. */
export interface IdleStream {
  /** The stream that is kept and still open; whoever takes it has to keep or end it. */
  take(): Duplex | undefined;
  /** Listens to a new stream from now on, so that `keep` knows when it ends. */
  watch(stream: Duplex): void;
  /** Keeps a stream until it ends, says something unasked, or nobody took it for 30 s. */
  keep(stream: Duplex): void;
  /** Ends what is kept, and whatever comes to be kept later. */
  close(): void;
}

/** A stream that nobody used for so long is ended. */
const idleMs = 30_000;

/** Keeps nothing yet. */
export function createIdleStream(): IdleStream {
  let idle: { readonly stream: Duplex; readonly timer: NodeJS.Timeout } | undefined;
  let closed = false;

  const take = (): Duplex | undefined => {
    const taken = idle;
    idle = undefined;
    clearTimeout(taken?.timer);
    return taken?.stream;
  };
  const drop = (): void => void take()?.destroy();

  return {
    take,
    watch(stream) {
      const dropIfIdle = (): void => {
        if (idle?.stream === stream) {
          drop();
        }
      };
      // "data" too: a stream that nobody reads says nothing of its end.
      for (const event of ["error", "end", "close", "data"]) {
        stream.on(event, dropIfIdle);
      }
    },
    keep(stream) {
      if (closed || stream.destroyed || stream.readableEnded) {
        stream.destroy();
      } else {
        idle = { stream, timer: setTimeout(drop, idleMs).unref() };
      }
    },
    close() {
      closed = true;
      drop();
    },
  };
}
