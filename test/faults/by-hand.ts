import type { ClusterName } from "./fault.ts";
import { drop, put } from "./fault.ts";

/** How kubectl names the kinds. */
const resources = {
  NetworkPolicy: "networkpolicy",
  PeerAuthentication: "peerauthentications.security.istio.io",
  AuthorizationPolicy: "authorizationpolicies.security.istio.io",
} as const;

/** Puts a policy of somebody else's beside the mesh, and takes it away again. */
export function policyByHand(
  cluster: ClusterName,
  kind: keyof typeof resources,
  namespace: string,
  spec: Readonly<Record<string, unknown>>,
): { readonly inject: () => Promise<void>; readonly undo: () => Promise<void> } {
  const apiVersion = kind === "NetworkPolicy" ? "networking.k8s.io/v1" : "security.istio.io/v1";
  return {
    inject: async () => put(cluster, { apiVersion, kind, metadata: { name: "by-hand", namespace }, spec }),
    undo: async () => drop(cluster, namespace, `${resources[kind]}/by-hand`),
  };
}
