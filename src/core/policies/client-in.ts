import type { ReachedCluster } from "../checks/facts.ts";
import type { AuthorizedClient } from "./authorization.ts";

/** What the pods of an account in a cluster are to a policy: in the trust domain of that cluster's istiod, where it is known. */
export function clientIn(
  { istiod }: ReachedCluster,
  { namespace, serviceAccount }: Pick<AuthorizedClient, "namespace" | "serviceAccount">,
): AuthorizedClient {
  const trustDomain = istiod.meshConfig?.trustDomain;
  return { namespace, serviceAccount, ...(trustDomain === undefined ? {} : { trustDomain }) };
}
