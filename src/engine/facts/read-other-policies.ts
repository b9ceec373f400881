import type { OtherPolicy } from "../../core/netpol/policy-world.ts";
import { otherPoliciesOf } from "../../core/netpol/policy-world.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { listEverywhere } from "./list-known.ts";

/** Kinds beside NetworkPolicy that let connections through or close them: of the Network Policy API, of Cilium and of Calico. */
const kinds = [
  { apiVersion: "policy.networking.k8s.io/v1alpha1", kind: "AdminNetworkPolicy" },
  { apiVersion: "policy.networking.k8s.io/v1alpha1", kind: "BaselineAdminNetworkPolicy" },
  { apiVersion: "policy.networking.k8s.io/v1alpha2", kind: "ClusterNetworkPolicy" },
  { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy" },
  { apiVersion: "cilium.io/v2", kind: "CiliumClusterwideNetworkPolicy" },
  { apiVersion: "crd.projectcalico.org/v1", kind: "NetworkPolicy" },
  { apiVersion: "crd.projectcalico.org/v1", kind: "GlobalNetworkPolicy" },
] as const;

/**
 * Policies of other kinds that may decide over the mesh's connections, as
 * `CiliumNetworkPolicy shop/deny`: those of the whole cluster and of the given
 * namespaces. A kind that is there and may not be listed is one of them.
 */
export async function readOtherPolicies(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  return otherPoliciesOf(await listOtherPolicies(client, signal), namespaces);
}

/** Those of all namespaces. */
export async function listOtherPolicies(client: KubeClient, signal: AbortSignal): Promise<readonly OtherPolicy[]> {
  const served = await servedVersions(client, signal);
  const found = await Promise.all(
    kinds
      .filter(({ apiVersion }) => served?.has(apiVersion) ?? true)
      .map(async (kind): Promise<readonly OtherPolicy[]> => {
        const what = kind.apiVersion.startsWith("crd.projectcalico.org/") ? `Calico's ${kind.kind}` : kind.kind;
        return unlessForbidden<readonly OtherPolicy[]>(
          async () =>
            (await listEverywhere(client, kind, signal)).map(({ metadata: { namespace, name } }) => ({
              name: [what, [namespace, name].filter(Boolean).join("/")].join(" "),
              ...(namespace === undefined ? {} : { namespace }),
            })),
          () => [{ name: `${what} (may not be listed)` }],
        );
      }),
  );
  return found.flat();
}

/** One answer says which of the groups are not there; undefined where this account does not get it, and each has to be asked for. */
async function servedVersions(client: KubeClient, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
  return unlessForbidden<ReadonlySet<string> | undefined>(
    async () => client.groupVersions({ signal }),
    () => undefined,
  );
}
