import type { KubeObject } from "./kube-object.ts";
import { groupOf } from "./kube-object.ts";

/** Kinds without a namespace that people put into manifests or that Istio's own contain. */
const clusterScopedKinds: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "APIService",
  "PriorityClass",
  "StorageClass",
  "IngressClass",
  "GatewayClass",
  "RuntimeClass",
  "CSIDriver",
  "ClusterIssuer",
  "PodSecurityPolicy",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "CertificateSigningRequest",
  "FlowSchema",
  "PriorityLevelConfiguration",
  "VolumeSnapshotClass",
  "ClusterSecretStore",
  "ClusterExternalSecret",
]);

/**
 * True for an object that is in no namespace: by its definition where that is
 * among the `definitions`, else by its kind. A custom kind of which nothing is
 * known here counts as one with a namespace; the API server knows better, and
 * the client goes by it.
 */
export function isClusterScoped(object: KubeObject, definitions: readonly KubeObject[]): boolean {
  const definition = definitions.find(({ kind, ["spec"]: spec }) => {
    const { group, names } = (spec ?? {}) as { readonly group?: unknown; readonly names?: { readonly kind?: unknown } };
    return kind === "CustomResourceDefinition" && group === groupOf(object.apiVersion) && names?.kind === object.kind;
  });
  return definition === undefined
    ? clusterScopedKinds.has(object.kind)
    : (definition["spec"] as { readonly scope?: unknown }).scope === "Cluster";
}
