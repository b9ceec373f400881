import type { ReachedCluster } from "../checks/facts.ts";
import type { Service } from "../model/mesh.ts";
import { istioNamespace, serviceHost } from "../render/names.ts";
import { compareText } from "../render/order.ts";

type DestinationRule = ReachedCluster["routing"]["destinationRules"][number];

/**
 * The rules that a cluster's gateways go by for a service: those of its
 * namespace, else those of Istio's; there those of the most specific host that
 * is the service's or a wildcard for it (`*.local`), oldest first. Subsets of
 * all of them count and the traffic policy of the first that has one
 * (istio.io/istio, pilot/pkg/model/push_context.go, destinationRule, and
 * destination_rule.go, mergeDestinationRule).
 */
export function destinationRulesOf(one: ReachedCluster, service: Service): readonly DestinationRule[] {
  const forService = one.routing.destinationRules.filter((rule) => isRuleFor(rule, service));
  const found = [service.namespace, istioNamespace]
    .map((namespace) => mostSpecific(forService.filter((rule) => rule.namespace === namespace)))
    .find((rules) => rules.length > 0);
  return (found ?? []).toSorted((a, b) => compareText(a.created, b.created) || compareText(a.name, b.name));
}

/** Whether a DestinationRule of that host, in that namespace, is for a service: by its name, or a wildcard. */
export function isRuleFor(
  rule: Pick<DestinationRule, "host" | "namespace">,
  service: Pick<Service, "name" | "namespace">,
): boolean {
  return covers(fullHost(rule), serviceHost(service));
}

function covers(pattern: string, host: string): boolean {
  return pattern === host || (pattern.startsWith("*") && host.endsWith(pattern.slice(1)));
}

/** Of hosts that all cover one service the longest: the service's own, else the wildcard that leaves least open. */
function mostSpecific(rules: readonly DestinationRule[]): readonly DestinationRule[] {
  const longest = Math.max(...rules.map((rule) => fullHost(rule).length));
  return rules.filter((rule) => fullHost(rule).length === longest);
}

/** The rule that sets the traffic policy for a service, if any does. */
export function trafficPolicyRule(one: ReachedCluster, service: Service): DestinationRule | undefined {
  return destinationRulesOf(one, service).find((rule) => rule.trafficPolicy !== undefined);
}

/** A host without dots is a service of the rule's own namespace. */
function fullHost({ host, namespace }: Pick<DestinationRule, "host" | "namespace">): string {
  const parts = host.split(".");
  if (host.includes("*") || host.endsWith(".svc.cluster.local")) {
    return host;
  }
  return parts.length === 1
    ? `${host}.${namespace}.svc.cluster.local`
    : parts.length === 2 || (parts.length === 3 && parts[2] === "svc")
      ? `${parts[0] ?? ""}.${parts[1] ?? ""}.svc.cluster.local`
      : host;
}
