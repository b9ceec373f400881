import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import type { AdminCredentials } from "./admin-credentials.ts";

/** An answer of the API server that is not 2xx. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

export interface ApiRequest {
  readonly method?: "GET" | "PATCH" | "DELETE";
  readonly body?: object;
  readonly contentType?: "application/apply-patch+yaml" | "application/merge-patch+json";
  readonly signal: AbortSignal;
  /** Default 5000. */
  readonly timeoutMs?: number;
}

/** The few requests that a sandbox makes to a cluster of its own, as its administrator. */
export interface ApiClient {
  /** The parsed answer, or its text where it is no JSON (`/readyz`). Throws ApiError, or the error of the connection. */
  send(path: string, request: ApiRequest): Promise<unknown>;
  /** The lines of a watch, parsed, until the server ends it. */
  watch(path: string, signal: AbortSignal): AsyncIterable<unknown>;
  close(): void;
}

/**
 * Connects as the cluster's administrator. Plain `node:https`: the supervisor
 * starts with the node, and loading a client library would take longer than
 * its requests do.
 */
export function createApiClient(credentials: AdminCredentials, server = credentials.server): ApiClient {
  const agent = new Agent({
    keepAlive: true,
    ca: credentials.authority,
    cert: credentials.certificate,
    key: credentials.key.expose(),
  });
  const open = async (path: string, options: ApiRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const body = options.body === undefined ? undefined : JSON.stringify(options.body);
      const timeout = options.timeoutMs ?? 5000;
      const sent = request(new URL(path, server), {
        agent,
        // `setTimeout` of a request begins when it is connected, and a node that drops packets never is.
        timeout,
        method: options.method ?? "GET",
        signal: options.signal,
        headers: {
          accept: "application/json",
          ...(body === undefined
            ? {}
            : { "content-type": options.contentType ?? "application/json", "content-length": Buffer.byteLength(body) }),
        },
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${timeout} ms`)));
      sent.on("error", (cause) => {
        reject(options.signal.aborted ? options.signal.reason : cause);
      });
      sent.on("response", resolve);
      sent.end(body);
    });
  return {
    send: async (path, options) => readAnswer(await open(path, options)),
    watch: (path, signal) => readWatch(async () => open(path, { signal, timeoutMs: 330_000 })),
    close: () => agent.destroy(),
  };
}

async function readAnswer(response: IncomingMessage): Promise<unknown> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) {
    text += chunk as string;
  }
  const status = response.statusCode ?? 0;
  const json = response.headers["content-type"]?.startsWith("application/json") === true;
  const parsed: unknown = json ? JSON.parse(text) : text;
  if (status < 200 || status > 299) {
    const message = json ? (parsed as { readonly message?: string }).message : text;
    throw new ApiError(status, `${status}: ${message ?? "no message"}`);
  }
  return parsed;
}

async function* readWatch(open: () => Promise<IncomingMessage>): AsyncIterable<unknown> {
  const response = await open();
  if (response.statusCode !== 200) {
    await readAnswer(response);
  }
  for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== "") {
      yield JSON.parse(line) as unknown;
    }
  }
}
