import type { ExplainedRequest } from "../../core/explain-route/takes-request.ts";
import type { RequestSettings } from "../../core/decide/route-request.ts";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import type { Listener } from "../../core/routing/hosts.ts";
import { hostsAt, listenersOf } from "../../core/routing/hosts.ts";
import { requestFor } from "./proof-parts.ts";

/** Which requests are explained: what is not given comes from the routes. */
export interface RequestQuestion {
  readonly service: Service;
  /** Only this one. */
  readonly route?: string;
  readonly via: "gateway" | "mesh";
  /** Instead of the routes' own. */
  readonly host?: string;
  readonly ask: RequestSettings;
}

/** A request, and the listener that takes it. */
export interface AskedRequest {
  readonly listener: Listener;
  readonly request: ExplainedRequest;
}

/** Why no request of a route is known. */
export interface NoRequest {
  readonly route: string;
  readonly reason: string;
  readonly fix: string;
}

/**
 * The requests whose way is explained in a cluster, each once: with a path the
 * one that is given, at every host of the routes; without, for every route the
 * one that proves it. Without any routes at sidecars, one for the service's own name.
 */
export function requestsToExplain(
  mesh: Mesh,
  { service, route: only, via, host, ask }: RequestQuestion,
  env: NodeJS.ProcessEnv,
): { readonly requests: readonly AskedRequest[]; readonly unknown: readonly NoRequest[] } {
  const own = mesh.services.find((one) => one.name === service.name && one.namespace === service.namespace);
  const routes = (own?.routes ?? []).filter(
    (route) => listenerOf(route, via) !== undefined && (only === undefined || route.name === only),
  );
  const unknown: NoRequest[] = [];
  const make = (listener: Listener, at: string, rest: Omit<ExplainedRequest, "host">): AskedRequest => ({
    listener,
    request: { host: host ?? (at === "" ? "*" : at.replace(/^\*\./, "isthmus-explain.")), ...rest },
  });
  const given = { method: ask.method ?? "GET", headers: ask.headers ?? {} };
  if (routes.length === 0 && via === "mesh" && only === undefined) {
    const path = ask.path ?? "/";
    return { requests: [make("mesh", serviceHost(service), { ...given, path })], unknown };
  }
  const all = routes.flatMap((route): readonly AskedRequest[] => {
    const listener = listenerOf(route, via) ?? "http";
    if (route.protocol === "tls") {
      unknown.push({
        route: route.name,
        reason: `it shares out connections by the name in their handshake (${route.hosts.join(", ")}), and what is explained is one request`,
        fix: `See where they go: isthmus verify ${service.name} --route ${route.name}`,
      });
      return [];
    }
    if (ask.path !== undefined) {
      const { path } = ask;
      return hostsAt({ service, route }, listener).map((at) => make(listener, at, { ...given, path }));
    }
    const choice = requestFor(mesh, { service, route, via: via === "mesh" ? "mesh" : "ingress" }, { ask, env });
    if (choice.kind === "none") {
      unknown.push({ route: route.name, reason: choice.reason, fix: choice.fix });
      return [];
    }
    const { method, path, headers, hosts } = choice.request;
    return hosts.map((at) => make(listener, at, { method, path, headers }));
  });
  return { requests: [...new Map(all.map((one) => [JSON.stringify(one), one])).values()], unknown };
}

function listenerOf(route: Route, via: RequestQuestion["via"]): Listener | undefined {
  return listenersOf(route).find((listener) => (listener === "mesh") === (via === "mesh"));
}
