import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import type { Materials } from "./materials.ts";
import { serviceKey } from "./materials.ts";
import { crossNetworkPort, istioNamespace } from "./names.ts";

/** A port that a policy opens, and why. `TCP` unless said otherwise. */
interface Opening {
  readonly port: number;
  readonly protocol?: "UDP";
  readonly why: string;
}

/** The address of an API server says nothing about its port: Kubernetes' usual one. */
const defaultApiPort = 6443;

/**
 * The NetworkPolicies of one cluster, when the mesh asks for them: `np-istio`
 * and `np-istio-ports` for Istio's namespace, `np-<service>` for each service,
 * as the runbook has them, with what it lacks (facts S1). They add to what
 * Rancher's project network isolation admits; Rancher itself limits no egress
 * (facts S2, 1.4). Every opened port has its reason in an annotation.
 */
export function renderNetworkPolicies(mesh: Mesh, cluster: Cluster, materials: Materials): KubeObject[] {
  if (!mesh.hardening.networkPolicies) {
    return [];
  }
  return [
    renderMeshPolicy(),
    renderIstioPorts(mesh, cluster, materials),
    ...mesh.services.map((service) => renderServicePolicy(mesh, service, materials)),
  ];
}

/** Everything between Istio's namespace and the namespaces that have sidecars. */
function renderMeshPolicy(): KubeObject {
  const meshed = [{ namespaceSelector: { matchLabels: { "istio-injection": "enabled" } } }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: "np-istio",
      namespace: istioNamespace,
      annotations: {
        "isthmus.dev/egress": "namespaces with sidecars: gateways forward requests to their pods",
        "isthmus.dev/ingress": "namespaces with sidecars: their proxies ask istiod for configuration and certificates",
      },
    },
    spec: {
      podSelector: {},
      policyTypes: ["Egress", "Ingress"],
      egress: [{ to: meshed }],
      ingress: [{ from: meshed }],
    },
  };
}

function renderIstioPorts(mesh: Mesh, cluster: Cluster, materials: Materials): KubeObject {
  const egress: Opening[] = [
    { port: 15010, why: "istiod, configuration in plain text" },
    { port: 15012, why: "istiod, configuration and certificates over TLS" },
    { port: 15014, why: "istiod, monitoring" },
    { port: 15017, why: "istiod, webhooks" },
    { port: crossNetworkPort, why: "east-west gateways of the other clusters" },
    ...apiPorts(mesh, cluster, materials),
    { port: 80, why: "external-dns and other HTTP APIs beside the mesh" },
    { port: 53, why: "DNS, answers that do not fit into UDP" },
    { port: 53, protocol: "UDP", why: "DNS" },
  ];
  const ingress: Opening[] = [
    { port: 80, why: "ingress gateway, HTTP, where it listens on the Service's own port" },
    { port: 443, why: "ingress gateway, HTTPS, where it listens on the Service's own port" },
    { port: 8080, why: "ingress gateway, HTTP: a policy sees the container's port" },
    { port: 8443, why: "ingress gateway, HTTPS: a policy sees the container's port" },
    { port: 15010, why: "istiod, configuration in plain text" },
    { port: 15012, why: "istiod, configuration and certificates over TLS" },
    { port: 15014, why: "istiod, monitoring" },
    { port: 15017, why: "istiod, webhooks: the API server calls it" },
    { port: 15021, why: "gateways, health: load balancers and kubelets ask it" },
    { port: 15090, why: "gateways, metrics" },
    { port: crossNetworkPort, why: "east-west gateway, mTLS from the other clusters" },
  ];
  return portPolicy({ name: "np-istio-ports", namespace: istioNamespace, podSelector: {}, egress, ingress });
}

/**
 * The ports of every API server that Istio here talks to: its own, and those of
 * the other clusters, which istiod reads endpoints from. Through Rancher that
 * is 443, which the runbook's list lacks: istiod never gets to the other
 * cluster then, and says so in its log only (facts S1).
 */
function apiPorts(mesh: Mesh, cluster: Cluster, materials: Materials): readonly Opening[] {
  const remote = mesh.clusters
    .filter((other) => other.name !== cluster.name)
    .map((other) => ({ port: portOf(apiAddressOf(mesh, other, materials)), name: other.name }));
  const own = { port: defaultApiPort, name: "this cluster" };
  const ports = [...new Set([own, ...remote].map((one) => one.port))].sort((a, b) => a - b);
  return ports.map((port) => ({
    port,
    why: `API servers of ${[own, ...remote]
      .filter((one) => one.port === port)
      .map((one) => one.name)
      .join(", ")}`,
  }));
}

function apiAddressOf(mesh: Mesh, cluster: Cluster, materials: Materials): string | undefined {
  const throughRancher = cluster.access.kind === "rancher" ? mesh.rancher?.url : undefined;
  return cluster.endpoint ?? throughRancher ?? materials.apiAddresses[cluster.name];
}

function portOf(address: string | undefined): number {
  if (address === undefined) {
    return defaultApiPort;
  }
  const explicit = /^https?:\/\/(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(address)?.[1];
  return explicit === undefined ? (address.startsWith("http:") ? 80 : 443) : Number(explicit);
}

function renderServicePolicy(mesh: Mesh, service: Service, materials: Materials): KubeObject {
  const { selector } = serviceFields(service, materials);
  const serving = servingPorts(service, materials);
  // A policy that names egress takes away the rest of it: the mesh's other services have to be named.
  const others = mesh.services
    .filter((other) => other !== service)
    .flatMap((other) => servingPorts(other, materials))
    .filter((one, index, all) => all.findIndex(({ port }) => port === one.port) === index)
    .filter((one) => !serving.some(({ port }) => port === one.port));
  return portPolicy({
    name: `np-${service.name}`,
    namespace: service.namespace,
    podSelector: { matchLabels: selector },
    egress: [
      ...serving,
      ...others,
      { port: 15012, why: "istiod, configuration and certificates over TLS" },
      { port: crossNetworkPort, why: "east-west gateways of the other clusters" },
      { port: 53, why: "DNS, answers that do not fit into UDP" },
      { port: 53, protocol: "UDP", why: "DNS" },
    ],
    ingress: [
      ...serving,
      { port: 15012, why: "kept from the runbook, though sidecars ask istiod and not the other way round" },
      { port: 15020, why: "metrics of sidecar and application together" },
      { port: 15021, why: "health of the sidecar" },
      { port: 15090, why: "metrics of the sidecar" },
    ],
  });
}

function servingPorts(service: Service, materials: Materials): readonly Opening[] {
  const { targetPort } = serviceFields(service, materials);
  return [...new Set([service.port, targetPort])].map((port) => ({
    port,
    why: port === targetPort ? `${service.name}'s pods` : `${service.name}, the Service's port`,
  }));
}

/** Which pods are the service's and on which port they listen: as its Service in the manifests says, else `app: <name>` and the service's port. */
function serviceFields(
  service: Service,
  materials: Materials,
): { readonly selector: Readonly<Record<string, string>>; readonly targetPort: number } {
  const manifest = (materials.serviceManifests[serviceKey(service)] ?? []).find(
    (object) => object.kind === "Service" && object.metadata.name === service.name,
  );
  const spec = (manifest?.["spec"] ?? {}) as {
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: readonly { readonly port?: number; readonly targetPort?: number | string }[];
  };
  const port = spec.ports?.find((one) => one.port === service.port);
  return {
    selector: spec.selector ?? { app: service.name },
    targetPort: typeof port?.targetPort === "number" ? port.targetPort : service.port,
  };
}

function portPolicy(policy: {
  readonly name: string;
  readonly namespace: string;
  readonly podSelector: { readonly [key: string]: Json };
  readonly egress: readonly Opening[];
  readonly ingress: readonly Opening[];
}): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: policy.name,
      namespace: policy.namespace,
      annotations: {
        "isthmus.dev/egress": reasonsOf(policy.egress),
        "isthmus.dev/ingress": reasonsOf(policy.ingress),
      },
    },
    spec: {
      podSelector: policy.podSelector,
      policyTypes: ["Egress", "Ingress"],
      egress: policy.egress.map(renderRule),
      ingress: policy.ingress.map(renderRule),
    },
  };
}

function renderRule({ port, protocol }: Opening): Json {
  return { ports: [{ port, protocol: protocol ?? "TCP" }] };
}

function reasonsOf(openings: readonly Opening[]): string {
  return openings.map(({ port, protocol, why }) => `${port}/${protocol ?? "TCP"}: ${why}`).join("; ");
}
