import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import { reachedClusters } from "../checks/reached.ts";
import { challengeFlows } from "./challenge-flows.ts";
import { furtherFlows } from "./further-flows.ts";
import { probeFlows } from "./probe-flows.ts";
import type { RequiredFlow } from "./required-flow.ts";
import { requiredFlows } from "./required-flows.ts";

/** Gives the connections of each cluster: those that the mesh needs, and those that only some need (`optional`). */
export function flowsOf(facts: MeshFacts): (one: ReachedCluster) => readonly RequiredFlow[] {
  // A fleet has a million pairs: a cluster is looked up, not looked for.
  const named = new Map(reachedClusters(facts).map((one) => [one.cluster, one]));
  const farOf = (cluster: string): ReachedCluster | undefined => named.get(cluster);
  return (one) => [
    ...requiredFlows(facts, one, farOf),
    ...challengeFlows(facts, one),
    ...furtherFlows(facts, one, farOf),
    ...probeFlows(facts, one, farOf),
  ];
}
