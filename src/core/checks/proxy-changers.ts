import { hasLabels } from "../model/labels.ts";
import { ingressGateway, istioNamespace } from "../render/names.ts";
import type { BesideFacts } from "./beside-facts.ts";
import { kubectl } from "./commands.ts";
import type { ReachedCluster } from "./facts.ts";
import { gatewayOf } from "./reached.ts";

/** An EnvoyFilter, WasmPlugin or TrafficExtension. */
type Changer = BesideFacts["filters"][number];

/** What somebody has put into the proxies through which requests of the mesh go. */
export function filtersOf(one: ReachedCluster): readonly Changer[] {
  return (one.routing.beside?.filters ?? []).filter((filter) => one.pods.some((pod) => selects(filter, pod)));
}

/** Those of them that change which clusters proxies of the ingress have. */
export function changersOfClusters(one: ReachedCluster): readonly Changer[] {
  const names = gatewayOf(one, ingressGateway)?.pods.map(({ name }) => name) ?? [];
  const pods = one.pods.filter(({ namespace, name }) => namespace === istioNamespace && names.includes(name));
  return filtersOf(one).filter((filter) => filter.clusters === true && pods.some((pod) => selects(filter, pod)));
}

function selects({ namespace, selector = {} }: Changer, pod: ReachedCluster["pods"][number]): boolean {
  return pod.proxy && (namespace === istioNamespace || namespace === pod.namespace) && hasLabels(pod.labels, selector);
}

/** `EnvoyFilter shop/limit` */
export function describeFilter({ kind, namespace, name }: Changer): string {
  return `${kind} ${namespace}/${name}`;
}

/** Whoever made them decides; the commands show them. */
export function fixOfFilters(one: ReachedCluster, filters: readonly Changer[]): string {
  const looks = filters.map(({ kind, namespace, name }) =>
    kubectl(one, "-n", namespace, "get", kind.toLowerCase(), name, "-o", "yaml"),
  );
  return `Whoever made ${filters.length === 1 ? "it" : "them"} has to decide whether that is meant: ${looks.join("; ")}`;
}
