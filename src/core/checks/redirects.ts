import type { Redirect } from "../model/route-settings.ts";
import type { ProxyRouteFacts, RedirectFacts } from "./proxy-facts.ts";

/** What a route of an Envoy answers by itself, as far as it is compared. */
export interface EnvoyAnswer {
  readonly redirect?: {
    readonly host_redirect?: string;
    readonly path_redirect?: string;
    readonly response_code?: string;
  };
  readonly direct_response?: { readonly status?: number };
}

/** Envoy's names of the status; it leaves out 301, the first one (RedirectAction.RedirectResponseCode, https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto). */
const codes: Readonly<Record<string, number>> = {
  MOVED_PERMANENTLY: 301,
  FOUND: 302,
  SEE_OTHER: 303,
  TEMPORARY_REDIRECT: 307,
  PERMANENT_REDIRECT: 308,
};

/** What a proxy answers by itself, nothing for a route with destinations; code 0 for a status that Envoy does not have. */
export function readAnswer({
  redirect,
  direct_response: direct,
}: EnvoyAnswer): Pick<ProxyRouteFacts, "redirect" | "answers"> {
  if (redirect === undefined) {
    return direct === undefined ? {} : { answers: direct.status ?? 0 };
  }
  const { host_redirect: host = "", path_redirect: path = "", response_code: code = "MOVED_PERMANENTLY" } = redirect;
  return { redirect: { code: codes[code] ?? 0, host, path: withoutQuery(path) } };
}

/**
 * What proxies have to answer for a redirect of a VirtualService (istio.io/istio,
 * pilot/pkg/networking/core/route, ApplyRedirect). Scheme and port are not
 * compared, since istiod leaves out those that are usual, nor what takes the
 * place of a prefix.
 */
export function askedRedirect({ redirectCode = 301, authority = "", uri = "" }: Redirect): RedirectFacts {
  return { code: redirectCode, host: authority, path: withoutQuery(uri) };
}

/** `redirect 301 to www.example.org/new`: the same text for the same redirects. */
export function describeRedirect({ code, host, path }: RedirectFacts): string {
  return `redirect ${code} to ${`${host}${path}` || "the same address"}`;
}

function withoutQuery(path: string): string {
  return path.split("?")[0] ?? path;
}
