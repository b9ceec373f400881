import type { Duplex } from "node:stream";
import { createLimiter } from "./limiter.ts";

/** One exchange at a time over a stream to one port of a pod, which is kept for the next one. */
export interface TunnelLane {
  /**
   * Runs `exchange` over the stream that is there, or a new one. A kept stream
   * that turns out to be broken is replaced once: pods close what is idle. A
   * stream that failed or is not `reusable` is ended.
   */
  run<T>(
    signal: AbortSignal,
    exchange: (stream: Duplex) => Promise<{ readonly value: T; readonly reusable: boolean }>,
  ): Promise<T>;
  /** Ends the stream that is kept; one in use ends with its exchange. */
  close(): void;
}

/** A stream that nobody used for so long is ended. */
const idleMs = 30_000;

/** Opens nothing yet. */
export function createTunnelLane(open: (signal: AbortSignal) => Promise<Duplex>): TunnelLane {
  const turns = createLimiter(1);
  let idle: { readonly stream: Duplex; readonly timer: NodeJS.Timeout } | undefined;
  let closed = false;

  const drop = (): void => {
    const dropped = idle;
    idle = undefined;
    clearTimeout(dropped?.timer);
    dropped?.stream.destroy();
  };

  const take = (): Duplex | undefined => {
    const taken = idle;
    idle = undefined;
    clearTimeout(taken?.timer);
    return taken?.stream;
  };

  const keep = (stream: Duplex): void => {
    if (closed || stream.destroyed || stream.readableEnded) {
      stream.destroy();
      return;
    }
    idle = { stream, timer: setTimeout(drop, idleMs).unref() };
  };

  const start = async (signal: AbortSignal): Promise<Duplex> => {
    const stream = await open(signal);
    const dropIfIdle = (): void => {
      if (idle?.stream === stream) {
        drop();
      }
    };
    // A stream that nobody reads says nothing of its end.
    for (const event of ["error", "end", "close", "data"]) {
      stream.on(event, dropIfIdle);
    }
    return stream;
  };

  return {
    run: async (signal, exchange) =>
      turns.run(signal, async () => {
        const over = async (stream: Duplex): ReturnType<typeof exchange> => {
          try {
            const done = await exchange(stream);
            if (done.reusable) {
              keep(stream);
            } else {
              stream.destroy();
            }
            return done;
          } catch (error) {
            stream.destroy();
            throw error;
          }
        };
        const kept = take();
        if (kept === undefined) {
          return (await over(await start(signal))).value;
        }
        const done = await over(kept).catch(async () => {
          signal.throwIfAborted();
          return over(await start(signal));
        });
        return done.value;
      }),
    close() {
      closed = true;
      drop();
    },
  };
}
