import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { writeJson } from "../../core/model/exact-json.ts";
import { answerRequest } from "./answer-request.ts";
import type { FakeRequest, FakeState } from "./fake-request.ts";
import type { Faults, SeenRequest } from "./faults.ts";
import { strike } from "./faults.ts";
import { serveWatch } from "./serve-watch.ts";
import { statusBody } from "./status-body.ts";

/** What stands before and behind the answers. */
export interface FakeServing {
  readonly state: FakeState;
  readonly faults: Faults;
  /** A path that all requests must begin with; empty where there is none. */
  readonly prefix: string;
  /** Requests without exactly this header get 401. */
  readonly authorization: () => string | undefined;
  readonly podLog: ((pod: string) => string) | undefined;
  /** Called with every request, before anything is done to it. */
  readonly onRequest: (request: SeenRequest) => void;
}

/** Serves one request: its fault first, then who asks, then what is asked for. */
export async function serveRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  serving: FakeServing,
): Promise<void> {
  const seen = asSeen(incoming, await readBody(incoming));
  serving.onRequest(seen);
  const fault = serving.faults.take(seen);
  if (fault !== undefined && (await strike(fault, response))) {
    return;
  }
  const authorization = serving.authorization();
  if (authorization !== undefined && seen.headers.authorization !== authorization) {
    sendJson(response, 401, statusBody(401, "Unauthorized", "Unauthorized"));
    return;
  }
  if (!seen.url.startsWith(`${serving.prefix}/`)) {
    response.writeHead(404, { "content-type": "text/html" }).end("<html>no such page</html>");
    return;
  }
  const url = new URL(seen.url.slice(serving.prefix.length), "http://fake");
  const [, logged] = /^\/api\/v1\/namespaces\/[^/]+\/pods\/([^/]+)\/log$/.exec(url.pathname) ?? [];
  if (logged !== undefined && serving.podLog !== undefined) {
    response.writeHead(200, { "content-type": "text/plain" }).end(serving.podLog(logged));
    return;
  }
  const answer = answerRequest(asAsked(seen, url), serving.state);
  if (fault?.kind === "reset") {
    response.socket?.destroy();
  } else if (answer.kind === "watch") {
    serveWatch(answer, serving.state.store, response);
  } else {
    sendJson(response, answer.status, answer.body, seen.headers["accept-encoding"]?.includes("gzip"));
  }
}

function asAsked({ method, headers, body }: SeenRequest, url: URL): FakeRequest {
  return { method, url, body, contentType: headers["content-type"] ?? "", accept: headers.accept ?? "" };
}

/** A request whose body is known by now. */
export function asSeen(incoming: IncomingMessage, body: string): SeenRequest {
  const { method = "", url = "", headers } = incoming;
  return { method, url, headers, body, at: Date.now() };
}

/** Sends a JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: unknown, gzip = false): void {
  const text = writeJson(body);
  // The real one packs what is larger than 128 KiB.
  if (gzip && text.length > 128 * 1024) {
    response.writeHead(status, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync(text));
    return;
  }
  response.writeHead(status, { "content-type": "application/json" }).end(text);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming.setEncoding("utf8")) {
    text += String(chunk);
  }
  return text;
}
