import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import type { Materials } from "./materials.ts";
import { ownApiPorts, remoteApiPorts } from "../policies/api-ports.ts";
import { podsOfService } from "../policies/service-ports.ts";
import { crossNetworkPort, istioNamespace } from "./names.ts";
import { policyName, sidecarNamespaces } from "./policy-peers.ts";

/** A port that a policy opens, and why. `TCP` unless said otherwise. */
interface Opening {
  readonly port: number;
  readonly protocol?: "UDP";
  readonly why: string;
}

/**
 * `np-istio` and `np-istio-ports` for Istio's namespace and `np-<service>` for
 * each service with the ports of the runbook, with what it lacks
 * (docs/guides/from-the-runbook.md), open to everybody.
 */
export function renderRunbookPolicies(mesh: Mesh, cluster: Cluster, materials: Materials): KubeObject[] {
  return [
    ...renderMeshPolicy(),
    ...renderIstioPorts(mesh, cluster, materials),
    ...mesh.services.flatMap((service) => renderServicePolicy(mesh, service, materials)),
  ];
}

/** Everything between Istio's namespace and the namespaces that have sidecars. */
function renderMeshPolicy(): readonly KubeObject[] {
  const policy = { name: "np-istio", namespace: istioNamespace, podSelector: {} };
  return [
    renderDirection(policy, "ingress", {
      rules: [{ from: sidecarNamespaces }],
      reasons: "namespaces with sidecars: their proxies ask istiod for configuration and certificates",
    }),
    renderDirection(policy, "egress", {
      rules: [{ to: sidecarNamespaces }],
      reasons: "namespaces with sidecars: gateways forward requests to their pods",
    }),
  ];
}

function renderIstioPorts(mesh: Mesh, cluster: Cluster, materials: Materials): readonly KubeObject[] {
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
    { port: 15020, why: "gateways, metrics of the proxy where Prometheus finds them" },
    { port: 15090, why: "gateways, metrics" },
    { port: crossNetworkPort, why: "east-west gateway, mTLS from the other clusters" },
  ];
  return portPolicy({ name: "np-istio-ports", namespace: istioNamespace, podSelector: {}, egress, ingress });
}

/**
 * The ports of every API server that Istio here talks to: its own, and those of
 * the other clusters, which istiod reads endpoints from. Through Rancher that
 * is 443, which the runbook's list lacks: istiod never gets to the other
 * cluster then, and says so in its log only.
 */
function apiPorts(mesh: Mesh, cluster: Cluster, materials: Materials): readonly Opening[] {
  const own = ownApiPorts(mesh, cluster, materials).map((port) => ({ port, name: "this cluster" }));
  const remote = mesh.clusters
    .filter((other) => other.name !== cluster.name)
    .flatMap((other) =>
      remoteApiPorts(mesh, other, cluster.name, materials).map((port) => ({ port, name: other.name })),
    );
  const all = [...own, ...remote];
  return [...new Set(all.map((one) => one.port))]
    .sort((a, b) => a - b)
    .map((port) => ({
      port,
      why: `API servers of ${all
        .filter((one) => one.port === port)
        .map((one) => one.name)
        .join(", ")}`,
    }));
}

function renderServicePolicy(mesh: Mesh, service: Service, materials: Materials): readonly KubeObject[] {
  const { selector } = podsOfService(service, materials);
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
  const { ports } = podsOfService(service, materials);
  return [...new Set([service.port, ...ports])].map((port) => ({
    port,
    why: ports.includes(port) ? `${service.name}'s pods` : `${service.name}, the Service's port`,
  }));
}

interface PortPolicy {
  readonly name: string;
  readonly namespace: string;
  readonly podSelector: { readonly [key: string]: Json };
}

function portPolicy(
  policy: PortPolicy & { readonly egress: readonly Opening[]; readonly ingress: readonly Opening[] },
): readonly KubeObject[] {
  return (["ingress", "egress"] as const).map((direction) =>
    renderDirection(policy, direction, {
      rules: policy[direction].map(renderRule),
      reasons: reasonsOf(policy[direction]),
    }),
  );
}

function renderDirection(
  { name, namespace, podSelector }: PortPolicy,
  direction: "ingress" | "egress",
  content: { readonly rules: readonly Json[]; readonly reasons: string },
): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: policyName(name, direction),
      namespace,
      annotations: { [`isthmus.dev/${direction}`]: content.reasons },
    },
    spec: {
      podSelector,
      policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
      [direction]: content.rules,
    },
  };
}

function renderRule({ port, protocol }: Opening): Json {
  return { ports: [{ port, protocol: protocol ?? "TCP" }] };
}

function reasonsOf(openings: readonly Opening[]): string {
  return openings.map(({ port, protocol, why }) => `${port}/${protocol ?? "TCP"}: ${why}`).join("; ");
}
