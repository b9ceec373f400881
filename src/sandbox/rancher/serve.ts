import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import type { Duplex } from "node:stream";
import { AnswerError, clusterUnavailable, routerError, sendError, sendJson, statusError, v3Error } from "./answer.ts";
import { authenticate } from "./authenticate.ts";
import { isCatalogPath, serveCatalog } from "./catalog.ts";
import { isExtPath, serveExtTokens } from "./ext-tokens.ts";
import type { ProxyTarget } from "./kubernetes-proxy.ts";
import { proxyRequest, proxyUpgrade, refuseUpgrade } from "./kubernetes-proxy.ts";
import type { Rancher } from "./rancher.ts";
import { clusterIdOfPath } from "./token.ts";
import { serveClusters } from "./v3-clusters.ts";
import { linkTo } from "./v3-resource.ts";
import { findSetting } from "./settings.ts";
import { serveProjects } from "./v3-projects.ts";
import { serveSettings } from "./v3-settings.ts";
import { serveTokens } from "./v3-tokens.ts";

/** How long the double itself may take for a request; what it passes on has no end of its own. */
const patienceMs = 20_000;

/** The double's HTTPS server, not listening yet. */
export function createRancherServer(rancher: Rancher, signal: AbortSignal): Server {
  const server = createServer({
    cert: rancher.identity.certificate,
    key: rancher.identity.key.expose(),
    // A watch says nothing for minutes.
    requestTimeout: 0,
  });
  server.on("request", (request, response) => {
    serve(rancher, request, response, signal).catch((error: unknown) => {
      note(rancher, request, error);
      sendError(response, error);
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    findTarget(rancher, request, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])).then(
      (target) => proxyUpgrade(request, socket, head, target),
      (error: unknown) => {
        note(rancher, request, error);
        const known = error instanceof AnswerError ? error : v3Error(500, "ServerError", (error as Error).message);
        refuseUpgrade(socket, known);
      },
    );
  });
  return server;
}

async function serve(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  ending: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? "/", rancher.url);
  const signal = AbortSignal.any([ending, AbortSignal.timeout(patienceMs)]);
  if (servePublic(rancher, url.pathname, response)) {
    return;
  }
  if (url.pathname.startsWith("/k8s/")) {
    await serveCluster(rancher, request, response, { url, signal, ending });
    return;
  }
  if (url.pathname === "/rancherversion") {
    await serveVersion(rancher, response, signal);
    return;
  }
  const caller = await authenticate(rancher, request, url.pathname, { signal });
  if (caller.kind !== "user") {
    throw v3Error(403, "PermissionDenied", "a service account has no place in Rancher's own API");
  }
  const [, api, collection, id, ...more] = url.pathname.split("/").map(decodeURIComponent);
  if (api !== "v3" || more.length > 0) {
    throw v3Error(404, "NotFound", `the double has no ${url.pathname}`);
  }
  switch (collection) {
    case undefined:
    case "":
      sendJson(response, 200, apiRoot(rancher));
      break;
    case "clusters":
      await serveClusters(rancher, request, response, { id, query: url.searchParams, signal });
      break;
    case "projects":
      await serveProjects(rancher, request, response, { query: url.searchParams, signal });
      break;
    case "settings":
      await serveSettings(rancher, response, id, { signal });
      break;
    case "tokens":
      await serveTokens(rancher, request, response, { id, signal });
      break;
    default:
      throw v3Error(404, "NotFound", `the double has no ${url.pathname}`);
  }
}

/** `/rancherversion`, which Rancher tells everybody (RANCHER pkg/version). */
async function serveVersion(rancher: Rancher, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const version = await findSetting(rancher, "server-version", { signal });
  sendJson(response, 200, { Version: version?.value ?? "", GitCommit: "double", RancherPrime: "false" });
}

/** What Rancher tells everybody. False where the path is none of these. */
function servePublic(rancher: Rancher, path: string, response: ServerResponse): boolean {
  const texts: Readonly<Record<string, string>> = {
    "/ping": "pong",
    "/healthz": "ok",
    "/cacerts": rancher.identity.authority,
  };
  const text = texts[path];
  if (text !== undefined) {
    response.writeHead(200, { "content-type": "text/plain" }).end(text);
  }
  return text !== undefined;
}

async function serveCluster(
  rancher: Rancher,
  request: IncomingMessage,
  response: ServerResponse,
  { url, signal, ending }: { readonly url: URL; readonly signal: AbortSignal; readonly ending: AbortSignal },
): Promise<void> {
  const target = await findTarget(rancher, request, signal);
  const [path = "/"] = target.path.split("?", 1);
  if (target.cluster === rancher.local && isExtPath(path)) {
    if (target.identity !== "administrator") {
      throw statusError(403, "Forbidden", "tokens.ext.cattle.io is forbidden: the caller is no user of Rancher");
    }
    await serveExtTokens(rancher, request, response, { path, signal });
    return;
  }
  if (isCatalogPath(path)) {
    if (target.identity !== "administrator") {
      throw statusError(403, "Forbidden", "the catalog is for users of Rancher");
    }
    await serveCatalog(rancher, request, response, { cluster: target.cluster, url, path, ending });
    return;
  }
  proxyRequest(request, response, target);
}

/** Where a `/k8s/clusters/<id>/…` request goes, after it was seen who asks. */
async function findTarget(rancher: Rancher, request: IncomingMessage, signal: AbortSignal): Promise<ProxyTarget> {
  const raw = request.url ?? "/";
  const [path = "/"] = raw.split("?", 1);
  const caller = await authenticate(rancher, request, path, { signal });
  const cluster = rancher.clusters.get(clusterIdOfPath(path));
  if (cluster === undefined) {
    throw routerError(404, "NotFound", "No cluster available");
  }
  if (rancher.unavailable.has(cluster.id)) {
    throw clusterUnavailable();
  }
  const rest = raw.slice(prefixOf(path).length);
  return {
    cluster,
    path: rest.startsWith("/") ? rest : `/${rest}`,
    identity: caller.kind === "user" ? "administrator" : "as-it-comes",
  };
}

function prefixOf(path: string): string {
  return /^\/k8s\/(?:clusters|proxy)\/[^/]+/.exec(path)?.[0] ?? "";
}

function apiRoot(rancher: Rancher): object {
  const links = ["clusters", "projects", "settings", "tokens"].map((one) => [one, linkTo(rancher, one)] as const);
  return {
    actions: {},
    apiVersion: { group: "management.cattle.io", path: "/v3", version: "v3" },
    baseType: "apiRoot",
    links: { ...Object.fromEntries(links), root: `${rancher.url}/v3`, self: `${rancher.url}/v3` },
    type: "apiRoot",
  };
}

/** What the caller did wrong is the caller's to know; what went wrong here is for the log. */
function note(rancher: Rancher, request: IncomingMessage, error: unknown): void {
  if (!(error instanceof AnswerError)) {
    const [path = ""] = (request.url ?? "").split("?", 1);
    rancher.log(`${request.method ?? ""} ${path}: ${(error as Error).message}`);
  }
}
