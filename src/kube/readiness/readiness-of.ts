import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf } from "../../core/model/kube-object.ts";
import { appReadiness, clusterRepoReadiness } from "./catalog-rules.ts";
import { certManagerReadiness } from "./cert-manager-rules.ts";
import { istioOperatorReadiness, webhookReadiness } from "./istio-rules.ts";
import { conditionOf, fieldsAt, listAt, textAt, wordsOf } from "./object-fields.ts";
import { podReadiness } from "./pod-readiness.ts";
import type { Readiness, ReadinessRule } from "./readiness.ts";
import { current, failed, inProgress } from "./readiness.ts";
import {
  daemonSetReadiness,
  deploymentReadiness,
  jobReadiness,
  replicaSetReadiness,
  statefulSetReadiness,
} from "./workload-rules.ts";

export type { Readiness } from "./readiness.ts";

/** Kind with its group → the rule for it. What is not here goes by `genericReadiness`. */
const rules: Readonly<Record<string, ReadinessRule>> = {
  "Deployment.apps": deploymentReadiness,
  "DaemonSet.apps": daemonSetReadiness,
  "StatefulSet.apps": statefulSetReadiness,
  "ReplicaSet.apps": replicaSetReadiness,
  "Job.batch": jobReadiness,
  Pod: podReadiness,
  Service: serviceReadiness,
  Namespace: namespaceReadiness,
  PersistentVolumeClaim: claimReadiness,
  Secret: secretReadiness,
  "CustomResourceDefinition.apiextensions.k8s.io": definitionReadiness,
  "IstioOperator.install.istio.io": istioOperatorReadiness,
  "Certificate.cert-manager.io": certManagerReadiness,
  "Issuer.cert-manager.io": certManagerReadiness,
  "ClusterIssuer.cert-manager.io": certManagerReadiness,
  "App.catalog.cattle.io": appReadiness,
  "ClusterRepo.catalog.cattle.io": clusterRepoReadiness,
  "MutatingWebhookConfiguration.admissionregistration.k8s.io": webhookReadiness,
  "ValidatingWebhookConfiguration.admissionregistration.k8s.io": webhookReadiness,
};

/** Kinds (with their groups) that no controller completes: whoever has stored one need not look again. */
const complete: ReadonlySet<string> = new Set([
  "ConfigMap",
  "Secret",
  "ServiceAccount",
  "LimitRange",
  "ClusterRole.rbac.authorization.k8s.io",
  "ClusterRoleBinding.rbac.authorization.k8s.io",
  "Role.rbac.authorization.k8s.io",
  "RoleBinding.rbac.authorization.k8s.io",
  "NetworkPolicy.networking.k8s.io",
]);

/** True for what is ready as soon as it is stored, as it is to be stored. False for a Secret that Kubernetes fills with a token. */
export function isReadyOnceStored(desired: KubeObject): boolean {
  const { group, kind } = idOf(desired);
  return (
    complete.has(group === "" ? kind : `${kind}.${group}`) && desired["type"] !== "kubernetes.io/service-account-token"
  );
}

/** Where an object stands, from its own fields alone. Undefined = it is not there. */
export function readinessOf(object: KubeObject | undefined): Readiness {
  if (object === undefined) {
    return { state: "notFound", reason: "it is not there" };
  }
  if (object.metadata["deletionTimestamp"] !== undefined) {
    return { state: "terminating", reason: describeDeletion(object) };
  }
  // A controller that has not seen the latest spec speaks of the one before
  // (https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties).
  const generation = object.metadata["generation"];
  const observed = fieldsAt(object, "status")["observedGeneration"];
  if (typeof generation === "number" && typeof observed === "number" && observed < generation) {
    return inProgress("the controller has not seen the change yet");
  }
  const { group, kind } = idOf(object);
  const key = group === "" ? kind : `${kind}.${group}`;
  // A workload without any status has not been seen by its controller at all.
  if (group === "apps" && observed === undefined) {
    return inProgress("the controller has not seen it yet");
  }
  return (rules[key] ?? genericReadiness)(object);
}

function describeDeletion(object: KubeObject): string {
  const finalizers = object.metadata["finalizers"];
  const waiting =
    Array.isArray(finalizers) && finalizers.length > 0 ? `, waiting for the finalizers ${finalizers.join(", ")}` : "";
  const remaining = ["NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionDiscoveryFailure"]
    .map((type) => conditionOf(object, type))
    .filter((condition) => condition?.status === "True")
    .map((condition) => condition?.message);
  return `it is being deleted${waiting}${remaining.length === 0 ? "" : `: ${remaining.join(" ")}`}`;
}

/** `Ready` false is waited for; objects without conditions are done once they are stored. */
function genericReadiness(object: KubeObject): Readiness {
  const stalled = conditionOf(object, "Stalled");
  if (stalled?.status === "True") {
    return failed(wordsOf(stalled));
  }
  const reconciling = conditionOf(object, "Reconciling");
  if (reconciling?.status === "True") {
    return inProgress(wordsOf(reconciling));
  }
  const ready = conditionOf(object, "Ready");
  if (ready !== undefined && ready.status !== "True") {
    return inProgress(wordsOf(ready));
  }
  return current("it is there");
}

function serviceReadiness(object: KubeObject): Readiness {
  const spec = fieldsAt(object, "spec");
  const type = textAt(spec, "type") ?? "ClusterIP";
  if (type !== "LoadBalancer") {
    return current("the service is there");
  }
  const addresses = listAt(fieldsAt(fieldsAt(object, "status"), "loadBalancer"), "ingress").map(
    (one) => textAt(one, "ip") ?? textAt(one, "hostname"),
  );
  if (addresses.length > 0) {
    return current(`its address is ${addresses.join(", ")}`);
  }
  // Where no load balancer exists people give the address themselves; no status ever comes then
  // (https://kubernetes.io/docs/concepts/services-networking/service/#external-ips).
  const external = spec["externalIPs"];
  return Array.isArray(external) && external.length > 0
    ? current("it has external IPs")
    : inProgress("no load balancer has given it an address yet");
}

function namespaceReadiness(object: KubeObject): Readiness {
  const phase = textAt(fieldsAt(object, "status"), "phase");
  return phase === undefined || phase === "Active"
    ? current("the namespace is active")
    : inProgress(`its phase is ${phase}`);
}

function definitionReadiness(object: KubeObject): Readiness {
  const names = conditionOf(object, "NamesAccepted");
  if (names?.status === "False") {
    return failed(`its names are taken: ${wordsOf(names)}`);
  }
  return conditionOf(object, "Established")?.status === "True"
    ? current("the kind is served")
    : inProgress("the kind is not served yet");
}

function claimReadiness(object: KubeObject): Readiness {
  const phase = textAt(fieldsAt(object, "status"), "phase") ?? "Pending";
  if (phase === "Lost") {
    return failed("its volume is lost");
  }
  return phase === "Bound" ? current("the claim is bound") : inProgress(`its phase is ${phase}`);
}

/** Token Secrets are filled in by a controller (https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets). */
function secretReadiness(object: KubeObject): Readiness {
  const data = fieldsAt(object, "data");
  const awaited =
    object["type"] === "kubernetes.io/service-account-token" &&
    (data["token"] === undefined || data["ca.crt"] === undefined);
  return awaited ? inProgress("Kubernetes has not filled in the token yet") : current("the secret is there");
}
