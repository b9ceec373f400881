import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { compareMinor, releaseOf } from "../releases/istio-releases.ts";
import type { Finding } from "./finding.ts";

/** Since when Kubernetes serves an API no more, and what it serves instead; without one there is nothing in its place. */
type Gone = readonly [since: string, instead?: string];

/**
 * APIs of Kubernetes that are gone, by version and kind
 * (https://kubernetes.io/docs/reference/using-api/deprecation-guide/).
 */
const gone: Readonly<Record<string, Gone>> = {
  "extensions/v1beta1 DaemonSet": ["1.16", "apps/v1"],
  "extensions/v1beta1 Deployment": ["1.16", "apps/v1"],
  "extensions/v1beta1 ReplicaSet": ["1.16", "apps/v1"],
  "extensions/v1beta1 NetworkPolicy": ["1.16", "networking.k8s.io/v1"],
  "extensions/v1beta1 PodSecurityPolicy": ["1.16"],
  "extensions/v1beta1 Ingress": ["1.22", "networking.k8s.io/v1"],
  ...Object.fromEntries(
    ["v1beta1", "v1beta2"].flatMap((version) =>
      ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"].map((kind) => [
        `apps/${version} ${kind}`,
        ["1.16", "apps/v1"] as const,
      ]),
    ),
  ),
  "admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration": ["1.22", "admissionregistration.k8s.io/v1"],
  "admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration": ["1.22", "admissionregistration.k8s.io/v1"],
  "apiextensions.k8s.io/v1beta1 CustomResourceDefinition": ["1.22", "apiextensions.k8s.io/v1"],
  "apiregistration.k8s.io/v1beta1 APIService": ["1.22", "apiregistration.k8s.io/v1"],
  "certificates.k8s.io/v1beta1 CertificateSigningRequest": ["1.22", "certificates.k8s.io/v1"],
  "coordination.k8s.io/v1beta1 Lease": ["1.22", "coordination.k8s.io/v1"],
  "networking.k8s.io/v1beta1 Ingress": ["1.22", "networking.k8s.io/v1"],
  "networking.k8s.io/v1beta1 IngressClass": ["1.22", "networking.k8s.io/v1"],
  ...Object.fromEntries(
    ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"].map((kind) => [
      `rbac.authorization.k8s.io/v1beta1 ${kind}`,
      ["1.22", "rbac.authorization.k8s.io/v1"] as const,
    ]),
  ),
  "scheduling.k8s.io/v1beta1 PriorityClass": ["1.22", "scheduling.k8s.io/v1"],
  "storage.k8s.io/v1beta1 StorageClass": ["1.22", "storage.k8s.io/v1"],
  "batch/v1beta1 CronJob": ["1.25", "batch/v1"],
  "discovery.k8s.io/v1beta1 EndpointSlice": ["1.25", "discovery.k8s.io/v1"],
  "autoscaling/v2beta1 HorizontalPodAutoscaler": ["1.25", "autoscaling/v2"],
  "policy/v1beta1 PodDisruptionBudget": ["1.25", "policy/v1"],
  "policy/v1beta1 PodSecurityPolicy": ["1.25"],
  "node.k8s.io/v1beta1 RuntimeClass": ["1.25", "node.k8s.io/v1"],
  "autoscaling/v2beta2 HorizontalPodAutoscaler": ["1.26", "autoscaling/v2"],
};

/**
 * Objects of APIs that Kubernetes serves no more. An error where the mesh's
 * Istio asks for a Kubernetes that has lost them; otherwise a warning, since
 * which release the clusters have is not known here.
 */
export function checkApiVersions(object: KubeObject, { istio }: Pick<Mesh, "istio">): readonly Finding[] {
  const [since, instead] = gone[`${object.apiVersion} ${object.kind}`] ?? [];
  const oldest = istio.install === "existing" ? "" : (releaseOf(istio.version)?.minimumKubernetes ?? "");
  const isSure = since !== undefined && oldest !== "" && compareMinor(oldest, since) >= 0;
  return since === undefined
    ? []
    : [
        {
          code: "ISM867",
          severity: isSure ? "error" : "warning",
          object,
          at: ["apiVersion"],
          detail: `${describeId(idOf(object))} is of ${object.apiVersion}, which Kubernetes serves no more since ${since}. ${isSure ? `Istio ${istio.version} asks for Kubernetes ${oldest} at least, so that every cluster refuses it.` : "A cluster of that release or a later one refuses it."}`,
          fix:
            instead === undefined
              ? "Take it out: nothing took its place. For pods there are the Pod Security Standards, by labels of the namespace."
              : `Write apiVersion: ${instead}, and see what changed with it in https://kubernetes.io/docs/reference/using-api/deprecation-guide/`,
        },
      ];
}
