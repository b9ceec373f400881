import { statusBody } from "./status-body.ts";
import { writeJson } from "../../core/model/exact-json.ts";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { ResourceKind } from "../object-reference.ts";
import { answerRequest } from "./answer-request.ts";
import type { FakeResource } from "./answer-request.ts";
import type { FakeStore, WireObject } from "./fake-store.ts";
import { createFakeStore } from "./fake-store.ts";
import { serveWatch } from "./serve-watch.ts";
import { acceptTunnel } from "./accept-tunnel.ts";

/** What is done to a request instead of answering it, or before. */
export type Fault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  /** The connection is cut without an answer; with `done` after the request took effect. */
  | { readonly kind: "reset"; readonly done?: boolean }
  /** No answer ever comes. */
  | { readonly kind: "hang" }
  | { readonly kind: "latency"; readonly milliseconds: number };

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  /** With the prefix and the query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

export interface FakeApiServerOptions {
  /** PEM; without it plain HTTP is spoken. `clientCa` asks for a client certificate of that authority. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCa?: string };
  /** A path that all requests must begin with, as behind Rancher. */
  readonly pathPrefix?: string;
  /** Requests without exactly this `Authorization` header get 401. */
  readonly authorization?: string;
  /** Kinds beyond the well-known ones. */
  readonly kinds?: readonly FakeResource[];
  /** True: a deleted namespace is terminating until somebody takes it out of the store. Default false: it is gone at once, and what is in it stays. */
  readonly namespacesLinger?: boolean;
  /** What pods answer through port-forwards: a raw HTTP response per request path. */
  readonly podResponse?: (path: string) => string;
  /** What stands in the log of a pod; without it pods have none. */
  readonly podLog?: (pod: string) => string;
}

/** A running fake. */
export interface FakeApiServer {
  /** With the path prefix. */
  readonly url: string;
  readonly store: FakeStore;
  readonly requests: readonly SeenRequest[];
  /** The next `times` requests that `matches` (default: any) meet the fault. */
  inject(
    fault: Fault,
    options?: { readonly times?: number; readonly matches?: (request: SeenRequest) => boolean },
  ): void;
  /** Ends all faults, also those that have times left. */
  mend(): void;
  /** A field that another manager owns: applies to that object conflict unless forced. */
  addConflict(kind: ResourceKind, name: string, conflict: { readonly manager: string; readonly field: string }): void;
  /** Puts an object as if someone else had. */
  put(object: WireObject): WireObject;
  /** Cuts every connection that is open. */
  cutConnections(): void;
  /** From now on requests need this `Authorization` header instead of the one before. */
  authorize(authorization: string): void;
  /** Ends like a process that is killed, and is back at the same address with the same store after `downMs`. */
  restart(downMs: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * A fake API server on a free loopback port, for unit tests and load: a real
 * HTTP(S) server that speaks enough of Kubernetes' REST. Its apply is a plain
 * merge: no field ownership (but `addConflict`), no defaulting, no validation,
 * no admission. What depends on those needs a real API server.
 */
export async function startFakeApiServer(options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const store = createFakeStore();
  const requests: SeenRequest[] = [];
  const faults: { fault: Fault; times: number; matches: (request: SeenRequest) => boolean }[] = [];
  const conflicts = new Map<string, { readonly manager: string; readonly field: string }>();
  const sockets = new Set<Socket>();
  const prefix = options.pathPrefix ?? "";
  let { authorization } = options;

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const seen: SeenRequest = {
      method: incoming.method ?? "",
      url: incoming.url ?? "",
      headers: incoming.headers,
      body: await readBody(incoming),
      at: Date.now(),
    };
    requests.push(seen);
    const active = faults.find((one) => one.times > 0 && one.matches(seen));
    if (active !== undefined) {
      active.times -= 1;
      if (await strike(active.fault, response)) {
        return;
      }
    }
    if (authorization !== undefined && incoming.headers.authorization !== authorization) {
      send(response, 401, statusBody(401, "Unauthorized", "Unauthorized"));
      return;
    }
    if (!seen.url.startsWith(`${prefix}/`)) {
      response.writeHead(404, { "content-type": "text/html" }).end("<html>no such page</html>");
      return;
    }
    const url = new URL(seen.url.slice(prefix.length), "http://fake");
    const [, logged] = /^\/api\/v1\/namespaces\/[^/]+\/pods\/([^/]+)\/log$/.exec(url.pathname) ?? [];
    if (logged !== undefined && options.podLog !== undefined) {
      response.writeHead(200, { "content-type": "text/plain" }).end(options.podLog(logged));
      return;
    }
    const answer = answerRequest(
      {
        method: seen.method,
        url,
        body: seen.body,
        contentType: incoming.headers["content-type"] ?? "",
      },
      { store, conflicts, kinds: options.kinds ?? [], namespacesLinger: options.namespacesLinger ?? false },
    );
    if (active?.fault.kind === "reset") {
      response.socket?.destroy();
    } else if (answer.kind === "watch") {
      serveWatch(answer, store, response);
    } else {
      send(response, answer.status, answer.body, incoming.headers["accept-encoding"]?.includes("gzip"));
    }
  };

  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    handle(incoming, response).catch((error: unknown) =>
      send(response, 500, statusBody(500, "InternalError", String(error))),
    );
  };
  const server =
    options.tls === undefined ? createServer(listener) : createTlsServer(tlsOptionsOf(options.tls), listener);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket) => {
    const seen = { method: "GET", url: incoming.url ?? "", headers: incoming.headers, body: "", at: Date.now() };
    requests.push(seen);
    const active = faults.find((one) => one.times > 0 && one.matches(seen));
    if (active !== undefined) {
      active.times -= 1;
      socket.destroy();
      return;
    }
    acceptTunnel(
      incoming,
      socket,
      options.podResponse ?? (() => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}${prefix}`,
    store,
    requests,
    inject: (fault, { times = 1, matches = () => true } = {}) => void faults.push({ fault, times, matches }),
    mend: () => void faults.splice(0),
    addConflict: (kind, name, conflict) => void conflicts.set(`${kind.apiVersion}/${kind.kind}/${name}`, conflict),
    put: (object) => store.put(object, { store: true }).object,
    cutConnections: () => sockets.forEach((socket) => socket.destroy()),
    authorize: (header) => void (authorization = header),
    async restart(downMs) {
      await closeServer(server, sockets);
      await pause(downMs);
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    },
    close: async () => closeServer(server, sockets),
  };
}

function tlsOptionsOf(tls: NonNullable<FakeApiServerOptions["tls"]>): object {
  const { key, cert, clientCa } = tls;
  return {
    key,
    cert,
    ...(clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
  };
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  sockets.forEach((socket) => socket.destroy());
  await closed;
}

/** True when the request is dealt with. */
async function strike(fault: Fault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "status":
      response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers });
      response.end(JSON.stringify(fault.body ?? statusBody(fault.status, "Fault", "injected fault")));
      return true;
    case "reset":
      if (fault.done === true) {
        return false;
      }
      response.socket?.destroy();
      return true;
    case "hang":
      return true;
    case "latency":
      await pause(fault.milliseconds);
      return false;
  }
}

function send(response: ServerResponse, status: number, body: unknown, gzip = false): void {
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
