import type { NetworkPolicyFacts } from "../../core/checks/policy-facts.ts";
import { policyFactsOf } from "../../core/policies/policy-facts-of.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listKnown } from "./list-known.ts";

/** The network policies of the given namespaces. */
export async function readNetworkPolicies(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly NetworkPolicyFacts[]> {
  const kind = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
  return (await listKnown(client, kind, namespaces, signal)).map(policyFactsOf);
}
