import { request } from "node:http";
import type { Duplex } from "node:stream";
import type { PodHttpGetOptions, PodHttpResponse, PodPort } from "../client.ts";
import type { Connection } from "../connection.ts";
import { KubeError } from "../errors.ts";
import { openPortForward, subjectOf } from "./port-forward.ts";
import type { TunnelLane } from "./tunnel-lane.ts";
import { createTunnelLane } from "./tunnel-lane.ts";
import { withinTime } from "../within-time.ts";

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
  const { report } = connection;
  const lanes = new Map<string, TunnelLane>();

  const laneOf = (target: PodPort): TunnelLane => {
    const key = `${target.namespace}/${target.pod}:${target.port}`;
    const lane = lanes.get(key) ?? createTunnelLane(async (signal) => openPortForward(connection, target, signal));
    lanes.set(key, lane);
    return lane;
  };

  const getOnce = async (target: PodPort, path: string, signal: AbortSignal): Promise<PodHttpResponse> =>
    laneOf(target).run(signal, async (stream) => getOver(stream, path, signal));

  return {
    async get(target, path, { signal, timeoutMs = defaultTimeoutMs }) {
      const subject = subjectOf(target);
      const late = (): KubeError => report.tunnelFailure(`no answer within ${timeoutMs / 1000} s`, subject);
      return withinTime({ signal, timeoutMs, late }, async (stop) => {
        try {
          return await getOnce(target, path, stop.signal).catch(async (error: unknown) => {
            stop.signal.throwIfAborted();
            if (!mayPass(error)) {
              throw error;
            }
            return getOnce(target, path, stop.signal);
          });
        } catch (error) {
          throw error instanceof KubeError ? error : report.networkFailure(error, subject);
        }
      });
    },
    close: () => lanes.forEach((lane) => lane.close()),
  };
}

/** True for a tunnel that broke, or did not come about: another one may hold. What the API server refuses it refuses again. */
function mayPass(error: unknown): boolean {
  return !(error instanceof KubeError) || error.kind === "unreachable" || error.kind === "tunnel";
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
