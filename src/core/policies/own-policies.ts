import type { ReachedCluster } from "../checks/facts.ts";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";

/** Whether isthmus has written a policy, and the mesh file asks for it no longer. */
export function isLeft({ drift }: ReachedCluster, { namespace, name, own }: NetworkPolicyFacts): boolean {
  return (
    own === true &&
    drift?.kind === "compared" &&
    drift.objects.some(
      ({ state, id }) =>
        state === "left" && id.kind === "NetworkPolicy" && id.namespace === namespace && id.name === name,
    )
  );
}

/** Whether policies that isthmus writes beside these are changed, gone or not applied yet: an apply may be all that it takes. */
export function isDrifted({ drift }: ReachedCluster, policies: readonly NetworkPolicyFacts[]): boolean {
  const namespaces = new Set(policies.map(({ namespace }) => namespace));
  return (
    drift?.kind === "compared" &&
    drift.objects.some(
      ({ state, id }) => state !== "left" && id.kind === "NetworkPolicy" && namespaces.has(id.namespace ?? ""),
    )
  );
}
