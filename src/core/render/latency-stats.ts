import type { Json } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { mergeValues } from "./merge-values.ts";
import { ingressGateway } from "./names.ts";

type Values = { readonly [key: string]: Json };

/** Names further statistics that a proxy keeps, as regular expressions with commas between them (https://istio.io/latest/docs/reference/config/annotations/#SidecarStatsInclusionRegexps). */
export const statsAnnotation = "sidecar.istio.io/statsInclusionRegexps";

/**
 * How long answers of each version take: the histogram of each subset's
 * cluster, and none of the many clusters without a version. Istio's proxies
 * keep no statistics of clusters unless they are told to when they start
 * (istio/istio, pkg/bootstrap/config.go, getStatsOptions). Newer ones have a
 * semicolon behind the cluster's name; without it in the expression the second
 * histogram of each cluster, of requests from outside, would come along.
 */
export const versionTimes = String.raw`cluster\.outbound\|\d+\|[^|]+\|[^;]*;?\.upstream_rq_time`;

/**
 * The annotation's value that keeps what a proxy keeps now and adds the
 * histograms; undefined where what there is says by a comma what cannot be told
 * from one between two expressions.
 */
export function withVersionTimes(kept: readonly string[]): string | undefined {
  return kept.some((one) => one.includes(",")) ? undefined : [...kept, versionTimes].join(",");
}

/**
 * The annotation of the ingress gateway's pods, for charts of gateways. It takes
 * the place of what the mesh's own proxyStatsMatcher has of the same kind, so
 * that is repeated; where that cannot be done nothing is added, and what the
 * user asks for stays.
 */
export function ingressStats(mesh: Mesh, ...given: readonly Values[]): Values {
  const values = mergeValues(...given, mesh.istio.values ?? {});
  const own = at(values, "gateways", ingressGateway, "podAnnotations", "proxy.istio.io/config");
  const matcher = at(values, "meshConfig", "defaultConfig", "proxyStatsMatcher", "inclusionRegexps");
  const kept = matcher === undefined ? [] : matcher;
  const isOwn = typeof own === "string" && own.includes("inclusionRegexps");
  const value = isOwn || !isTexts(kept) ? undefined : withVersionTimes(kept);
  return value === undefined ? {} : { podAnnotations: { [statsAnnotation]: value } };
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function at(values: Values, ...path: readonly string[]): Json | undefined {
  let found: Json | undefined = values;
  for (const key of path) {
    found = typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Values)[key] : undefined;
  }
  return found;
}
