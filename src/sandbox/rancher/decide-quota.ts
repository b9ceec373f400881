import type { Limits, Project } from "./project.ts";
import { parseQuantity } from "../../core/model/quantity.ts";

/** Rancher's keys and those of a ResourceQuota (RANCHER pkg/resourcequota `resourceQuotaConversion`). Others are resources' own names. */
const resourceNames: Readonly<Record<string, string>> = {
  replicationControllers: "replicationcontrollers",
  configMaps: "configmaps",
  persistentVolumeClaims: "persistentvolumeclaims",
  servicesNodePorts: "services.nodeports",
  servicesLoadBalancers: "services.loadbalancers",
  requestsCpu: "requests.cpu",
  requestsMemory: "requests.memory",
  requestsStorage: "requests.storage",
  limitsCpu: "limits.cpu",
  limitsMemory: "limits.memory",
};

export interface QuotaFacts {
  /** `limit` of the namespace's annotation `field.cattle.io/resourceQuota`. */
  readonly requested: Limits | undefined;
  readonly project: Project | undefined;
  /** The limits of the project's other namespaces whose quota was found to fit. */
  readonly others: readonly Limits[];
  /** `spec.hard` of the namespace's Rancher-owned ResourceQuota. */
  readonly existing: Limits | undefined;
}

/** What is to be done with a namespace's ResourceQuota. */
export type QuotaDecision =
  | { readonly action: "none" }
  | { readonly action: "delete" }
  | {
      readonly action: "create" | "update" | "refuse";
      /** In Rancher's keys, for the namespace's annotation. */
      readonly limits: Limits;
      /** `spec.hard`. */
      readonly hard: Limits;
      /** Rancher's keys of what the project has not enough of; empty where it fits. */
      readonly exceeded: readonly string[];
    };

/**
 * Rancher's rules (RANCHER resourcequota/resource_quota_sync.go): without a
 * default of the project a namespace has no quota, whatever it asks for; of
 * what it asks for only keys of that default count. A new quota that does not
 * fit into the project has zeros for what is exceeded; an existing one stays as
 * it is (`refuse`).
 */
export function decideQuota({ requested, project, others, existing }: QuotaFacts): QuotaDecision {
  const base = project?.namespaceDefault;
  if (base === undefined) {
    return { action: existing === undefined ? "none" : "delete" };
  }
  const limits = Object.fromEntries(Object.entries(base).map(([key, value]) => [key, requested?.[key] ?? value]));
  const hard = convert(limits);
  if (existing !== undefined && sameQuantities(existing, hard)) {
    return { action: "none" };
  }
  const exceeded = findExceeded(limits, others, project?.quota);
  if (exceeded.length === 0) {
    return { action: existing === undefined ? "create" : "update", limits, hard, exceeded };
  }
  if (existing !== undefined) {
    return { action: "refuse", limits, hard: existing, exceeded };
  }
  const cut = Object.fromEntries(
    Object.entries(limits).map(([key, value]) => [key, exceeded.includes(key) ? "0" : value]),
  );
  const zeroed = convert(cut);
  return { action: "create", limits, hard: zeroed, exceeded };
}

/** True when both hold the same amounts, however they are written (`1` = `1000m`). */
export function sameQuantities(left: Limits, right: Limits): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => {
    const [one, other] = [left[key], right[key]];
    return one !== undefined && other !== undefined && (one === other || parseQuantity(one) === parseQuantity(other));
  });
}

function findExceeded(limits: Limits, others: readonly Limits[], quota: Limits | undefined): readonly string[] {
  return Object.entries(quota ?? {})
    .filter(([key, most]) => {
      const asked = parseQuantity(limits[key] ?? "0") ?? 0;
      const sum = others.reduce((total, one) => total + Math.max(parseQuantity(one[key] ?? "0") ?? 0, 0), asked);
      return asked < 0 || sum > (parseQuantity(most) ?? 0);
    })
    .map(([key]) => key);
}

function convert(limits: Limits): Limits {
  return Object.fromEntries(Object.entries(limits).map(([key, value]) => [resourceNames[key] ?? key, value]));
}
