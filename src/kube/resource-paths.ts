import { groupOf } from "../core/model/kube-object.ts";
import type { ResourceKind } from "./object-reference.ts";

/** How a kind is addressed. */
export interface ResourceMapping {
  /** Plural in the URL, `virtualservices`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * Kinds that need no question to the API server: group → `Kind:plural`, with a
 * `!` before kinds without a namespace. The plurals are the API's own; groups
 * that are not here are discovered.
 */
const wellKnown: Readonly<Record<string, string>> = {
  "": `!Namespace:namespaces !Node:nodes !PersistentVolume:persistentvolumes ConfigMap:configmaps Endpoints:endpoints Event:events
    LimitRange:limitranges PersistentVolumeClaim:persistentvolumeclaims Pod:pods PodTemplate:podtemplates
    ReplicationController:replicationcontrollers ResourceQuota:resourcequotas Secret:secrets Service:services ServiceAccount:serviceaccounts`,
  apps: "ControllerRevision:controllerrevisions DaemonSet:daemonsets Deployment:deployments ReplicaSet:replicasets StatefulSet:statefulsets",
  batch: "CronJob:cronjobs Job:jobs",
  autoscaling: "HorizontalPodAutoscaler:horizontalpodautoscalers",
  policy: "PodDisruptionBudget:poddisruptionbudgets",
  "rbac.authorization.k8s.io":
    "!ClusterRole:clusterroles !ClusterRoleBinding:clusterrolebindings Role:roles RoleBinding:rolebindings",
  "admissionregistration.k8s.io": `!MutatingWebhookConfiguration:mutatingwebhookconfigurations !ValidatingWebhookConfiguration:validatingwebhookconfigurations
    !ValidatingAdmissionPolicy:validatingadmissionpolicies !ValidatingAdmissionPolicyBinding:validatingadmissionpolicybindings`,
  "apiextensions.k8s.io": "!CustomResourceDefinition:customresourcedefinitions",
  "apiregistration.k8s.io": "!APIService:apiservices",
  "networking.k8s.io": "Ingress:ingresses !IngressClass:ingressclasses NetworkPolicy:networkpolicies",
  "discovery.k8s.io": "EndpointSlice:endpointslices",
  "events.k8s.io": "Event:events",
  "coordination.k8s.io": "Lease:leases",
  "storage.k8s.io": "!CSIDriver:csidrivers !StorageClass:storageclasses",
  "scheduling.k8s.io": "!PriorityClass:priorityclasses",
  "node.k8s.io": "!RuntimeClass:runtimeclasses",
  "networking.istio.io": `DestinationRule:destinationrules EnvoyFilter:envoyfilters Gateway:gateways ProxyConfig:proxyconfigs ServiceEntry:serviceentries
    Sidecar:sidecars VirtualService:virtualservices WorkloadEntry:workloadentries WorkloadGroup:workloadgroups`,
  "security.istio.io":
    "AuthorizationPolicy:authorizationpolicies PeerAuthentication:peerauthentications RequestAuthentication:requestauthentications",
  "telemetry.istio.io": "Telemetry:telemetries",
  "extensions.istio.io": "TrafficExtension:trafficextensions WasmPlugin:wasmplugins",
  "install.istio.io": "IstioOperator:istiooperators",
  "gateway.networking.k8s.io":
    "Gateway:gateways !GatewayClass:gatewayclasses GRPCRoute:grpcroutes HTTPRoute:httproutes ReferenceGrant:referencegrants",
  "cert-manager.io":
    "Certificate:certificates CertificateRequest:certificaterequests !ClusterIssuer:clusterissuers Issuer:issuers",
  "acme.cert-manager.io": "Challenge:challenges Order:orders",
};

const mappings: ReadonlyMap<string, ResourceMapping> = new Map(
  Object.keys(wellKnown).flatMap((group) =>
    entriesOf(group).map(({ kind, plural, namespaced }) => [`${group} ${kind}`, { plural, namespaced }] as const),
  ),
);

function entriesOf(group: string): readonly (ResourceMapping & { readonly kind: string })[] {
  const entries = (wellKnown[group] ?? "").split(/\s+/).filter((entry) => entry !== "");
  return entries.map((entry) => {
    const [kind = "", plural = ""] = entry.replace("!", "").split(":");
    return { kind, plural, namespaced: !entry.startsWith("!") };
  });
}

/** The mapping of a kind that is the same everywhere; undefined = ask the API server. */
export function findWellKnown({ apiVersion, kind }: ResourceKind): ResourceMapping | undefined {
  return mappings.get(`${groupOf(apiVersion)} ${kind}`);
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The path of a kind's objects: in one namespace, or without one in the whole cluster. */
export function collectionPath(apiVersion: string, mapping: ResourceMapping, namespace: string | undefined): string {
  const scope = mapping.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${groupPath(apiVersion)}${scope}/${mapping.plural}`;
}

/** The groups of the well-known kinds, without the core group. */
export const wellKnownGroups: readonly string[] = Object.keys(wellKnown).filter((group) => group !== "");

/** The well-known kinds of an apiVersion's group, for what stands in for an API server. */
export function listWellKnown(apiVersion: string): readonly (ResourceKind & ResourceMapping)[] {
  return entriesOf(groupOf(apiVersion)).map((entry) => ({ apiVersion, ...entry }));
}
