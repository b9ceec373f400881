import type { ReachedCluster } from "../checks/facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import type { RequiredFlow } from "./required-flow.ts";

/** Connections that do not come about in a cluster, and the policies that close them. */
export interface ClosedFlows {
  readonly one: ReachedCluster;
  readonly policies: readonly NetworkPolicyFacts[];
  readonly flows: readonly RequiredFlow[];
}

/** Closed connections, with what closes them at their other end as well. */
export interface ClosedEnds extends ClosedFlows {
  /** What closes the ways out to these ways in. */
  readonly outward: readonly ClosedFlows[];
}

/**
 * The same closed connections, each told once: what closes nothing but ways out
 * whose other end is closed too goes with what closes the ways in. What closes
 * a way out alone stays as it is. The groups may be of several clusters.
 */
export function joinEnds(groups: readonly ClosedFlows[]): readonly ClosedEnds[] {
  const inward = new Map<string, Set<ClosedFlows>>();
  for (const group of groups) {
    for (const { what, direction } of group.flows) {
      if (direction === "ingress") {
        inward.set(keyOf(group, what), (inward.get(keyOf(group, what)) ?? new Set()).add(group));
      }
    }
  }
  const outward = new Map<ClosedFlows, ClosedFlows[]>();
  const told = groups.filter((group) => {
    const ends = group.flows.map(({ what, direction }) =>
      direction === "egress" ? inward.get(keyOf(group, what)) : undefined,
    );
    const isTold = ends.every((end) => end !== undefined);
    for (const end of isTold ? new Set(ends.flatMap((all) => [...(all ?? [])])) : []) {
      const flows = group.flows.filter(({ what }) => inward.get(keyOf(group, what))?.has(end) === true);
      outward.set(end, [...(outward.get(end) ?? []), { ...group, flows }]);
    }
    return !isTold;
  });
  return told.map((group) => ({ ...group, outward: outward.get(group) ?? [] }));
}

function keyOf({ one }: ClosedFlows, what: string): string {
  return `${one.cluster} ${what}`;
}
