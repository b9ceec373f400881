import { request } from "node:http";
import type { Duplex } from "node:stream";
import type { PodHttpGetOptions, PodHttpResponse, PodPort } from "./client.ts";
import type { Connection } from "./connection.ts";
import { KubeError } from "./errors.ts";
import { openPortForward, subjectOf } from "./port-forward.ts";
import { tolerateListeners } from "./tolerate-listeners.ts";
import type { TunnelLane } from "./tunnel-lane.ts";
import { createTunnelLane } from "./tunnel-lane.ts";

const defaultTimeoutMs = 10_000;

/** Asks ports of pods, through one tunnel each that stays open between requests. */
export interface PodRequests {
  /** One GET. A tunnel that breaks before the answer is whole is opened once more. */
  get(target: PodPort, path: string, options: PodHttpGetOptions): Promise<PodHttpResponse>;
  /** Ends the tunnels. */
  close(): void;
}

/** Opens nothing yet. Requests to one port are sent one after the other: opening a tunnel costs more than most answers. */
export function createPodRequests(connection: Connection): PodRequests {
  const lanes = new Map<string, TunnelLane>();

  const laneOf = (target: PodPort): TunnelLane => {
    const key = `${target.namespace}/${target.pod}:${target.port}`;
    const lane = lanes.get(key) ?? createTunnelLane(async (signal) => openPortForward(connection, target, signal));
    lanes.set(key, lane);
    return lane;
  };

  return {
    async get(target, path, options) {
      const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
      const limited = new AbortController();
      const { signal } = limited;
      const onAbort = (): void => limited.abort(options.signal.reason);
      options.signal.throwIfAborted();
      tolerateListeners(options.signal);
      options.signal.addEventListener("abort", onAbort, { once: true });
      const late = connection.report.tunnelFailure(`no answer within ${timeoutMs / 1000} s`, subjectOf(target));
      const timer = setTimeout(() => limited.abort(late), timeoutMs);
      const lane = laneOf(target);
      const exchange = async (): Promise<PodHttpResponse> =>
        lane.run(signal, async (stream) => getOver(stream, path, signal));
      try {
        return await exchange().catch(async (error: unknown) => {
          signal.throwIfAborted();
          if (error instanceof KubeError && error.kind !== "unreachable" && error.kind !== "tunnel") {
            throw error;
          }
          return exchange();
        });
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof KubeError ? error : connection.report.networkFailure(error, subjectOf(target));
      } finally {
        clearTimeout(timer);
        options.signal.removeEventListener("abort", onAbort);
      }
    },
    close: () => lanes.forEach((lane) => lane.close()),
  };
}

async function getOver(
  stream: Duplex,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly value: PodHttpResponse; readonly reusable: boolean }> {
  return new Promise((resolve, reject) => {
    // The tunnel's own error says more than the HTTP client's "socket hang up" that follows it.
    stream.once("error", reject);
    const headers = { host: "localhost", connection: "keep-alive" };
    // Node's HTTP client works over any Duplex (https://nodejs.org/docs/latest-v20.x/api/http.html#httprequestoptions-callback); only its types ask for a Socket.
    const get = request({
      method: "GET",
      path,
      headers,
      createConnection: () => stream,
      signal,
    });
    get.once("error", reject);
    get.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.once("error", reject);
      response.once("end", () => {
        const value = { status: response.statusCode ?? 0, body };
        stream.off("error", reject);
        if (get.shouldKeepAlive) {
          // What an agent waits for too: the client has let go of the stream.
          stream.once("free", () => resolve({ value, reusable: true }));
        } else {
          resolve({ value, reusable: false });
        }
      });
    });
    get.end();
  });
}
