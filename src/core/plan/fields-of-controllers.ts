import type { KubeObject } from "../model/kube-object.ts";
import { groupOf } from "../model/kube-object.ts";
import { istioNamespace } from "../render/names.ts";
import type { Place } from "./field-writers.ts";

/** API groups whose objects are desired state alone: what their own controllers write is listed below. */
const judgedGroups: ReadonlySet<string> = new Set([
  "",
  "apps",
  "autoscaling",
  "policy",
  "networking.k8s.io",
  "rbac.authorization.k8s.io",
  "admissionregistration.k8s.io",
  "networking.istio.io",
  "security.istio.io",
  "telemetry.istio.io",
]);

/** Kinds that Kubernetes, Rancher and the applications themselves write to as a matter of course. */
const unjudgedKinds: ReadonlySet<string> = new Set([
  "Namespace",
  "ServiceAccount",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Pod",
  "Event",
  "Endpoints",
]);

/** True for an object in which a field of somebody else's means something: not one that an application keeps its data in. */
export function isJudged({ apiVersion, kind, metadata }: KubeObject): boolean {
  const isData = kind === "ConfigMap" || kind === "Secret";
  return (
    judgedGroups.has(groupOf(apiVersion)) &&
    !unjudgedKinds.has(kind) &&
    (!isData || metadata.namespace === istioNamespace)
  );
}

/**
 * Field managers that are programs with a task of their own: Kubernetes and its
 * distributions, cloud controllers, Istio, load balancers, autoscalers, and what
 * issues certificates and names. A manager is the first part of a client's
 * User-Agent unless it says otherwise
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers).
 */
const controllers = new RegExp(
  `^(?:${[
    "kube-[a-z-]+",
    "kubelet",
    "k3s|rke2|kubelite|hyperkube",
    ".*cloud-controller-manager|.*-ccm|.*-cloud-provider",
    "clusterrole-aggregation-controller|horizontal-pod-autoscaler|vpa-[a-z-]+",
    "pilot-discovery|pilot-agent|istio-operator|istio-cni-?[a-z]*",
    "glbc|neg-controller|service-controller|metallb[a-z-]*|kube-vip[a-z-]*",
    "cert-manager.*|cainjector|external-dns",
    "before-first-apply",
  ].join("|")})$`,
);

/** Fields that controllers write, whatever they call themselves, as pointers with `*` for an item's place. */
const written: readonly (readonly [kinds: RegExp, pointer: RegExp])[] = [
  // Nobody's, or an autoscaler's (HorizontalPodAutoscaler, KEDA).
  [/^(?:Deployment|StatefulSet)$/, /^\/spec\/replicas$/],
  // What the API server gives a Service, and what load balancer classes choose by a webhook.
  [
    /^Service$/,
    /^\/spec\/(?:clusterIPs?|healthCheckNodePort|allocateLoadBalancerNodePorts|loadBalancerClass|ports\/\*\/nodePort)(?:\/|$)/,
  ],
  // The authority that the API server is to trust: istiod, cert-manager's cainjector, kube-webhook-certgen.
  [/WebhookConfiguration$/, /^\/webhooks\/\*\/clientConfig\/caBundle$/],
  [/^Secret$/, /^\/type$/],
  // https://github.com/stakater/Reloader restarts by a variable.
  [/^(?:Deployment|StatefulSet|DaemonSet)$/, /\/env\/\*\/STAKATER_/],
  [/./, /^\/status(?:\/|$)/],
];

/** True for a field that is kept by a controller: no person's wish. */
export function isOfController(
  live: KubeObject,
  { manager, place }: { readonly manager: string; readonly place: Place },
): boolean {
  const pointer = place.map((step) => `/${typeof step === "number" ? "*" : step}`).join("");
  return (
    controllers.test(manager) ||
    written.some(([kinds, field]) => kinds.test(live.kind) && field.test(pointer)) ||
    (isMetadata(place) && !isReadLabel(live, place))
  );
}

function isMetadata(place: Place): boolean {
  return place[0] === "metadata" || (place[1] === "template" && place[2] === "metadata");
}

/** Keys by which cloud controllers, load balancers and external-dns are told what to do. */
const ofLoadBalancers =
  /^(?:service\.beta\.kubernetes\.io|service\.kubernetes\.io|cloud\.google\.com|networking\.gke\.io|load-balancer\.hetzner\.cloud|metallb\.(?:io|universe\.tf)|kube-vip\.io|loadbalancer\.openstack\.org|(?:oci|oci-network-load-balancer)\.oraclecloud\.com|(?:service\.cilium|lbipam\.cilium|io\.cilium)(?:\.io)?|external-dns\.alpha\.kubernetes\.io)\//;

/** Of those the ones that the controllers write themselves. */
const toldByControllers =
  /^(?:cloud\.google\.com\/neg.*|metallb\.(?:io|universe\.tf)\/ip-allocated-from-pool|load-balancer\.hetzner\.cloud\/id|kube-vip\.io\/(?:vipHost|loadbalancerIPs))$/;

/** Keys of Istio that say nothing to it: notes of its own tools. */
const ofIstiosTools = /^(?:operator\.istio\.io|install\.operator\.istio\.io|prometheus\.istio\.io|kiali\.io)\//;

/** Labels and annotations that somebody goes by; all others are notes. Workloads' own, but not their pods', are too. */
function isReadLabel({ kind }: KubeObject, place: Place): boolean {
  const isTemplate = place[0] === "spec";
  const group = place[isTemplate ? 3 : 1];
  const key = String(place[isTemplate ? 4 : 2] ?? "");
  if (group !== "labels" && group !== "annotations") {
    return false;
  }
  if (!isTemplate && /^(?:Deployment|StatefulSet|DaemonSet)$/.test(kind)) {
    return false;
  }
  const ofIstio = /^(?:[a-z-]+\.)*istio\.io\//.test(key) && !ofIstiosTools.test(key);
  const ofBalancer = kind === "Service" && ofLoadBalancers.test(key) && !toldByControllers.test(key);
  return ofIstio || ofBalancer;
}
