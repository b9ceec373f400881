import type { EnvoyAnswer } from "../checks/redirects.ts";
import type { EnvoyFault } from "./read-fault.ts";

/**
 * Envoy's route configuration as its admin page
 * `/config_dump?resource=dynamic_route_configs` has it, whole, as far as it
 * decides where a request goes
 * (https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto).
 * Fields that are not named here count as conditions that nobody can judge.
 */
export interface EnvoyRouteDump {
  readonly configs?: readonly { readonly route_config?: EnvoyRouteTable }[];
}

export interface EnvoyRouteTable {
  readonly name?: string;
  readonly virtual_hosts?: readonly EnvoyVirtualHost[];
}

export interface EnvoyVirtualHost {
  readonly domains?: readonly string[];
  /** `ALL` or `EXTERNAL_ONLY` where requests without TLS are led to https; left out or `NONE` otherwise. */
  readonly require_tls?: string;
  readonly routes?: readonly EnvoyRoute[];
}

export interface EnvoyRoute extends EnvoyAnswer {
  readonly name?: string;
  readonly match?: EnvoyRouteMatch;
  readonly route?: EnvoyRouteAction;
  readonly typed_per_filter_config?: { readonly "envoy.filters.http.fault"?: EnvoyFault };
  readonly metadata?: IstioMetadata;
}

/** The mark that istiod leaves in what it makes of an object. */
export interface IstioMetadata {
  readonly filter_metadata?: { readonly istio?: { readonly config?: string } };
}

/** `namespace/name` of the object of that kind (`virtual-service`) that something was made of; empty where it does not tell. */
export function madeOf(metadata: IstioMetadata | undefined, kind: string): string {
  const config = metadata?.filter_metadata?.istio?.config ?? "";
  const [, namespace, of, name] = /\/namespaces\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(config) ?? [];
  return of === kind ? `${namespace ?? ""}/${name ?? ""}` : "";
}

export interface EnvoyRouteAction {
  readonly cluster?: string;
  /** The name of a header that has the cluster. */
  readonly cluster_header?: string;
  readonly weighted_clusters?: {
    readonly clusters?: readonly { readonly name: string; readonly weight?: number }[];
    /** True: a hash by `hash_policy` chooses between them, and not chance. */
    readonly use_hash_policy?: boolean;
  };
  readonly hash_policy?: readonly EnvoyHashPolicy[];
  readonly request_mirror_policies?: readonly { readonly cluster?: string }[];
  readonly prefix_rewrite?: string;
  readonly regex_rewrite?: { readonly substitution?: string };
  readonly host_rewrite_literal?: string;
  readonly timeout?: string;
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction-hashpolicy */
export interface EnvoyHashPolicy {
  readonly header?: { readonly header_name?: string };
  readonly cookie?: { readonly name?: string };
  readonly query_parameter?: { readonly name?: string };
  readonly [other: string]: unknown;
}

export interface EnvoyRouteMatch {
  readonly path?: string;
  readonly prefix?: string;
  readonly path_separated_prefix?: string;
  readonly safe_regex?: EnvoyRegex;
  readonly case_sensitive?: boolean;
  readonly headers?: readonly EnvoyHeaderMatch[];
  readonly query_parameters?: readonly EnvoyQueryMatch[];
  readonly [other: string]: unknown;
}

export interface EnvoyRegex {
  readonly regex?: string;
}

export interface EnvoyStringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly contains?: string;
  readonly safe_regex?: EnvoyRegex;
  readonly ignore_case?: boolean;
  readonly [other: string]: unknown;
}

export interface EnvoyHeaderMatch {
  readonly name: string;
  readonly string_match?: EnvoyStringMatch;
  readonly present_match?: boolean;
  readonly exact_match?: string;
  readonly prefix_match?: string;
  readonly suffix_match?: string;
  readonly contains_match?: string;
  readonly safe_regex_match?: EnvoyRegex;
  readonly invert_match?: boolean;
  readonly treat_missing_header_as_empty?: boolean;
  readonly [other: string]: unknown;
}

export interface EnvoyQueryMatch {
  readonly name: string;
  readonly string_match?: EnvoyStringMatch;
  readonly present_match?: boolean;
  readonly [other: string]: unknown;
}
