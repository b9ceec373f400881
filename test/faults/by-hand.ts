import type { ClusterName } from "./fault.ts";
import { drop, kubectl, put } from "./fault.ts";

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

/** What a policy of Kubernetes' own refuses, which needs no webhook: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/. */
export interface RefusedWrites {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  /** Only there; else everywhere. */
  readonly namespace?: string;
  /** What it says of each of them. */
  readonly message: string;
}

/** Has a ValidatingAdmissionPolicy refuse writes, whatever they are. There is one in a cluster at a time. */
export async function refuseWrites(cluster: ClusterName, refused: RefusedWrites): Promise<void> {
  const { namespace, message, ...rule } = refused;
  const metadata = { name: "by-hand" };
  await put(cluster, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: [{ ...rule, apiVersions: ["*"] }] },
      validations: [{ expression: "false", message }],
    },
  });
  const only =
    namespace === undefined
      ? {}
      : { matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } } };
  await put(cluster, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata,
    spec: { policyName: "by-hand", validationActions: ["Deny"], ...only },
  });
}

/** Lets them through again. */
export async function letWrites(cluster: ClusterName): Promise<void> {
  await kubectl(cluster, [
    "delete",
    "--ignore-not-found",
    "validatingadmissionpolicybinding/by-hand",
    "validatingadmissionpolicy/by-hand",
  ]);
}
