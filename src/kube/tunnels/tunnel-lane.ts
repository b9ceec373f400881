import type { Duplex } from "node:stream";
import { createIdleStream } from "./idle-stream.ts";
import { createLimiter } from "../limiter.ts";

/** One exchange at a time over a stream to one port of a pod, which is kept for the next one. */
export interface TunnelLane {
  /**
   * Runs `exchange` over the stream that is kept, or a new one. A stream that
   * failed or is not `reusable` is ended. A kept one may turn out to be broken,
   * since pods close what is idle: whoever asks again then gets another.
   */
  run<T>(
    signal: AbortSignal,
    exchange: (stream: Duplex) => Promise<{ readonly value: T; readonly reusable: boolean }>,
  ): Promise<T>;
  /** Ends the stream that is kept; one in use ends with its exchange. */
  close(): void;
}

/** Opens nothing yet. */
export function createTunnelLane(open: (signal: AbortSignal) => Promise<Duplex>): TunnelLane {
  const turns = createLimiter(1);
  const idle = createIdleStream();

  const start = async (signal: AbortSignal): Promise<Duplex> => {
    const stream = await open(signal);
    idle.watch(stream);
    return stream;
  };

  return {
    run: async (signal, exchange) =>
      turns.run(signal, async () => {
        const stream = idle.take() ?? (await start(signal));
        try {
          const { value, reusable } = await exchange(stream);
          if (reusable) {
            idle.keep(stream);
          } else {
            stream.destroy();
          }
          return value;
        } catch (error) {
          stream.destroy();
          throw error;
        }
      }),
    close: () => idle.close(),
  };
}
