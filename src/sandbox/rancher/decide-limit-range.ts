import { sameQuantities } from "./decide-quota.ts";
import type { Limits } from "./project.ts";

/** An item of a LimitRange's `spec.limits` as Rancher makes it. */
export interface LimitItem {
  readonly type: string;
  readonly default?: Limits;
  readonly defaultRequest?: Limits;
}

export interface LimitRangeFacts {
  /** The namespace's annotation `field.cattle.io/containerDefaultResourceLimit`. */
  readonly requested: Limits | undefined;
  /** The project's `containerDefaultResourceLimit`. */
  readonly projectDefault: Limits | undefined;
  /** `spec.limits` of the namespace's LimitRange that carries Rancher's ownership label, whoever made it. */
  readonly existing: readonly LimitItem[] | undefined;
}

/** What is to be done with a namespace's LimitRange. */
export type LimitRangeDecision =
  | { readonly action: "none" }
  | { readonly action: "delete" }
  | { readonly action: "create" | "update"; readonly limits: Limits; readonly item: LimitItem };

/**
 * Rancher's rules (RANCHER resourcequota/resource_quota_sync.go): namespace and
 * project merged, the namespace's values first; else the namespace's; else the
 * project's; else none, and a LimitRange with the ownership label is deleted.
 */
export function decideLimitRange({ requested, projectDefault, existing }: LimitRangeFacts): LimitRangeDecision {
  const limits = requested === undefined ? projectDefault : { ...projectDefault, ...requested };
  if (limits === undefined) {
    return { action: existing === undefined ? "none" : "delete" };
  }
  const item: LimitItem = {
    type: "Container",
    default: pick(limits, { cpu: "limitsCpu", memory: "limitsMemory" }),
    defaultRequest: pick(limits, { cpu: "requestsCpu", memory: "requestsMemory" }),
  };
  if (existing === undefined) {
    return { action: "create", limits, item };
  }
  return isSame(existing, item) ? { action: "none" } : { action: "update", limits, item };
}

/** Only the first item and its defaults count (`limitsChanged`). A missing map is an empty one. */
function isSame(existing: readonly LimitItem[], item: LimitItem): boolean {
  const [first] = existing;
  return (
    existing.length === 1 &&
    first !== undefined &&
    sameQuantities(first.default ?? {}, item.default ?? {}) &&
    // The API server makes a missing default request of a default limit (k8s.io/kubernetes pkg/apis/core/v1/defaults.go).
    sameQuantities(first.defaultRequest ?? {}, { ...item.default, ...item.defaultRequest })
  );
}

function pick(limits: Limits, keys: Readonly<Record<string, string>>): Limits {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([name, key]) => (limits[key] === undefined ? [] : [[name, limits[key]]])),
  );
}
