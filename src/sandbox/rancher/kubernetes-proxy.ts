import type {
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
  ServerResponse,
} from "node:http";
import { request as send } from "node:https";
import type { Duplex } from "node:stream";
import { clusterUnavailable, sendError } from "./answer.ts";
import type { RancherCluster } from "./managed-cluster.ts";

/** Who a proxied request is for the cluster: Rancher's own administrator, or the service account that it shows. */
export type ProxyIdentity = "administrator" | "as-it-comes";

/** Where a request goes. `path` is the one at the cluster's API server, query included. */
export interface ProxyTarget {
  readonly cluster: RancherCluster;
  readonly path: string;
  readonly identity: ProxyIdentity;
}

const connectTimeoutMs = 3000;

/** Headers that are about one connection only (RFC 9110, 7.6.1). */
const hopHeaders = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Passes a request on to a cluster's API server and its answer back, both as
 * streams, so that watches and logs arrive as they are written. When the
 * cluster does not answer the caller gets Rancher's answer for that.
 */
export function proxyRequest(request: IncomingMessage, response: ServerResponse, target: ProxyTarget): void {
  const upstream = send({ ...optionsOf(request, target), headers: headersFor(request.headers, target, {}) });
  upstream.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutHopHeaders(answer.headers));
    response.flushHeaders();
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  limitConnecting(upstream);
  upstream.on("error", () => {
    sendError(response, clusterUnavailable());
  });
  response.on("close", () => upstream.destroy());
  request.pipe(upstream);
}

/**
 * The same for a request that becomes another protocol (WebSocket and SPDY:
 * exec, attach, port-forward): from the 101 on bytes go both ways unread.
 */
export function proxyUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, target: ProxyTarget): void {
  const upstream = send({
    ...optionsOf(request, target),
    // A connection that changes its protocol cannot go back to a pool.
    agent: false,
    ...(target.identity === "administrator"
      ? { cert: target.cluster.credentials.certificate, key: target.cluster.credentials.key.expose() }
      : {}),
    ca: target.cluster.credentials.authority,
    headers: headersFor(request.headers, target, { connection: "Upgrade", upgrade: request.headers.upgrade ?? "" }),
  });
  socket.on("error", () => upstream.destroy());
  socket.on("close", () => upstream.destroy());
  upstream.on("upgrade", (answer, tunnel, first) => {
    socket.write(`${statusLine(answer)}${rawHeaders(answer)}\r\n`);
    socket.write(first);
    tunnel.write(head);
    tunnel.on("error", () => socket.destroy());
    tunnel.on("close", () => socket.destroy());
    socket.on("close", () => tunnel.destroy());
    tunnel.pipe(socket);
    socket.pipe(tunnel);
  });
  upstream.on("response", (answer) => {
    // Refused: an ordinary answer, whose end is the connection's.
    socket.write(
      `${statusLine(answer)}${rawHeaders(answer, ["connection", "transfer-encoding"])}Connection: close\r\n\r\n`,
    );
    answer.on("error", () => socket.destroy());
    answer.pipe(socket);
  });
  limitConnecting(upstream);
  upstream.on("error", () => {
    refuseUpgrade(socket, clusterUnavailable());
  });
  upstream.end();
}

/** Answers an upgrade with an error in its form and ends the connection. */
export function refuseUpgrade(socket: Duplex, error: { readonly status: number; readonly body: object }): void {
  if (socket.destroyed || !socket.writable) {
    return;
  }
  const text = `${JSON.stringify(error.body)}\n`;
  socket.end(
    `HTTP/1.1 ${error.status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}

/** Only the way to the cluster has an end of patience: an answer may take as long as its caller waits. */
function limitConnecting(upstream: ClientRequest): void {
  upstream.on("socket", (socket) => {
    if (socket.connecting) {
      const timer = setTimeout(() => upstream.destroy(new Error("no connection")), connectTimeoutMs);
      socket.once("secureConnect", () => clearTimeout(timer));
      socket.once("close", () => clearTimeout(timer));
    }
  });
}

function optionsOf(request: IncomingMessage, { cluster, path, identity }: ProxyTarget): RequestOptions {
  const server = new URL(cluster.credentials.server);
  return {
    host: server.hostname,
    port: server.port,
    path,
    method: request.method ?? "GET",
    agent: identity === "administrator" ? cluster.adminAgent : cluster.plainAgent,
  };
}

/** Rancher's own tokens mean nothing to a cluster and are not shown to it; a service account's token goes on as it is. */
function headersFor(
  headers: IncomingHttpHeaders,
  { cluster, identity }: ProxyTarget,
  added: OutgoingHttpHeaders,
): OutgoingHttpHeaders {
  const { authorization, cookie: _, ...rest } = withoutHopHeaders(headers);
  return {
    ...rest,
    ...(identity === "as-it-comes" && authorization !== undefined ? { authorization } : {}),
    ...added,
    host: new URL(cluster.credentials.server).host,
  };
}

function withoutHopHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name)));
}

function statusLine(answer: IncomingMessage): string {
  return `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ""}\r\n`;
}

function rawHeaders(answer: IncomingMessage, without: readonly string[] = []): string {
  const pairs = Array.from({ length: answer.rawHeaders.length / 2 }, (_, position) =>
    answer.rawHeaders.slice(position * 2, position * 2 + 2),
  );
  return pairs
    .filter(([name = ""]) => !without.includes(name.toLowerCase()))
    .map(([name, value]) => `${name ?? ""}: ${value ?? ""}\r\n`)
    .join("");
}
