import { request } from "node:http";
import type { Duplex } from "node:stream";
import type { PodHttpGetOptions, PodHttpResponse } from "./client.ts";
import type { Connection } from "./connection.ts";
import { KubeError } from "./errors.ts";
import type { PodPort } from "./port-forward.ts";
import { openPortForward, subjectOf } from "./port-forward.ts";
import { tolerateListeners } from "./tolerate-listeners.ts";

const defaultTimeoutMs = 10_000;

/** One GET through a tunnel of its own. A tunnel that breaks before the answer is whole is opened once more. */
export async function getThroughPod(
  connection: Connection,
  target: PodPort,
  path: string,
  options: PodHttpGetOptions,
): Promise<PodHttpResponse> {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const limited = new AbortController();
  const onAbort = (): void => limited.abort(options.signal.reason);
  options.signal.throwIfAborted();
  tolerateListeners(options.signal);
  options.signal.addEventListener("abort", onAbort, { once: true });
  const late = connection.report.tunnelFailure(`no answer within ${timeoutMs / 1000} s`, subjectOf(target));
  const timer = setTimeout(() => limited.abort(late), timeoutMs);
  try {
    return await exchange(connection, target, path, limited.signal).catch(async (error: unknown) => {
      limited.signal.throwIfAborted();
      if (error instanceof KubeError && error.kind !== "unreachable" && error.kind !== "tunnel") {
        throw error;
      }
      return exchange(connection, target, path, limited.signal);
    });
  } catch (error) {
    limited.signal.throwIfAborted();
    throw error instanceof KubeError ? error : connection.report.networkFailure(error, subjectOf(target));
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", onAbort);
  }
}

async function exchange(
  connection: Connection,
  target: PodPort,
  path: string,
  signal: AbortSignal,
): Promise<PodHttpResponse> {
  const stream = await openPortForward(connection, target, signal);
  try {
    return await getOver(stream, path, signal);
  } finally {
    stream.destroy();
  }
}

async function getOver(stream: Duplex, path: string, signal: AbortSignal): Promise<PodHttpResponse> {
  return new Promise((resolve, reject) => {
    // The tunnel's own error says more than the HTTP client's "socket hang up" that follows it.
    stream.once("error", reject);
    const headers = { host: "localhost", connection: "close" };
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
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    get.end();
  });
}
