import type { ProxyFilterFacts } from "../../core/checks/proxy-facts.ts";

/** A filter's settings, of which some come in a struct with the name of their type beside it. */
export interface FilterConfig {
  readonly "@type"?: string;
  readonly type_url?: string;
  readonly value?: object;
  readonly [field: string]: unknown;
}

/** Envoy's rules of who may pass (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto). */
interface EnvoyRules {
  /** `ALLOW` where it is left out. */
  readonly action?: string;
  readonly policies?: Readonly<
    Record<string, { readonly permissions?: readonly Anything[]; readonly principals?: readonly Anything[] }>
  >;
}

interface Anything {
  readonly any?: boolean;
}

/**
 * A filter, of HTTP or of connections, that lets nothing through: rules that
 * deny everybody, an answer in place of all others, a script
 * that answers whatever comes. Rules that Istio makes of AuthorizationPolicies are
 * none, and neither is a script that decides: those are known by its
 * objects, or not at all.
 */
export function refusalsOf(at: string, config: FilterConfig): readonly ProxyFilterFacts[] {
  const type = config.type_url ?? config["@type"] ?? "";
  const settings = (config.value ?? config) as Readonly<Record<string, unknown>>;
  if (type.endsWith(".direct_response.v3.Config")) {
    return [{ at, filter: "direct_response", refusesAll: true }];
  }
  if (type.endsWith(".rbac.v3.RBAC")) {
    return deniesAll(settings["rules"] as EnvoyRules | undefined) ? [{ at, filter: "rbac", refusesAll: true }] : [];
  }
  return type.endsWith(".lua.v3.Lua") && answersAll(settings) ? [{ at, filter: "lua", refusesAll: true }] : [];
}

/** The policies that Istio makes are called after their objects: `ns[shop]-policy[orders]-rule[0]`, `istio-ext-authz-…` (istio.io/istio, pilot/pkg/security/authz/builder). */
const ofIstio = /^(?:ns\[|istio-ext-authz-)/;

function deniesAll({ action = "ALLOW", policies = {} }: EnvoyRules = { action: "NONE" }): boolean {
  const all = Object.entries(policies).filter(([name]) => !ofIstio.test(name));
  const isAny = (one: readonly Anything[] = []): boolean => one.some(({ any }) => any === true);
  return action === "DENY" && all.some(([, { permissions, principals }]) => isAny(permissions) && isAny(principals));
}

/** One that asks nothing before it answers. */
function answersAll(settings: Readonly<Record<string, unknown>>): boolean {
  const source = settings["default_source_code"] as { readonly inline_string?: string } | undefined;
  const script = source?.inline_string ?? (settings["inline_code"] as string | undefined) ?? "";
  const onRequest = /function\s+envoy_on_request[\s\S]*?(?=function\s+envoy_on_response|$)/.exec(script)?.[0] ?? "";
  return /:respond\s*\(/.test(onRequest) && !/\b(?:if|for|while|pcall)\b/.test(onRequest);
}
