import type { GatewayFacts } from "../checks/control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { PodFacts } from "../checks/pod-facts.ts";
import { gatewaysSeenBy } from "../checks/far-gateways.ts";
import type { GatewayPlace } from "../checks/gateway-place.ts";
import { formatPlace } from "../checks/gateway-place.ts";
import { gatewayOf } from "../checks/reached.ts";
import { wayToInjector } from "../checks/injector-subjects.ts";
import { proxyOf, requestsTo, sync, wayToIstiod } from "../checks/subjects.ts";
import type { Service } from "../model/mesh.ts";
import { crossNetworkPort, eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";
import { frontRoutesOf, isEncrypted } from "../routing/hosts.ts";
import { serviceIn, servicePods, targetPortOf } from "./service-pods.ts";
import type { PolicyPeer, PolicyPod } from "./policy-pod.ts";
import type { RequiredFlow } from "./required-flow.ts";
import { asPolicyPod, bothEnds, dnsPods, namespaceLabels } from "./required-flow.ts";

/** At which istiod gives proxies their configuration and certificates. */
export const xdsPort = 15012;
const webhookPort = 15017;

/** Every connection that the mesh needs from and to the pods of one cluster, as far as its own policies decide it. `farOf` gives the answering cluster of a name. */
export function requiredFlows(
  facts: MeshFacts,
  one: ReachedCluster,
  farOf: (cluster: string) => ReachedCluster | undefined,
): readonly RequiredFlow[] {
  const pods = one.pods.map((pod) => ({ pod, seen: asPolicyPod(one, pod) }));
  const labelled = (key: string, value: string, ports: readonly number[]): readonly PolicyPod[] => {
    const found = pods.filter(({ pod }) => pod.namespace === istioNamespace && pod.labels[key] === value);
    return found.length > 0 ? found.map(({ seen }) => seen) : [standIn(one, { [key]: value }, ports)];
  };
  const istiods = labelled("app", "istiod", [xdsPort, webhookPort]);
  const ingresses = labelled("istio", "ingressgateway", []);
  const eastWests = labelled("istio", "eastwestgateway", [crossNetworkPort]);
  const proxies = pods.filter(({ pod }) => pod.proxy);
  // Where no proxy runs, a policy that admits proxies alone closes nothing to them.
  const gateway = standIn(one, { app: ingressGateway, istio: "ingressgateway" }, []);
  return [
    ...istiods.flatMap((pod) => intoIstiod({ cluster: one.cluster, gateway }, pod, proxies)),
    ...proxies.flatMap(({ pod, seen }) => outOfProxy(one.cluster, pod, seen, istiods)),
    ...[
      ...proxies,
      ...one.pods.filter((pod) => pod.labels["app"] === "istiod").map((pod) => ({ pod, seen: asPolicyPod(one, pod) })),
    ].flatMap(({ pod, seen }) => toDns(one, pod, seen)),
    ...ingresses.flatMap((pod) => fromOutside(one, ingressGateway, pod, frontPorts(facts))),
    ...eastWests.flatMap((pod) => fromOutside(one, eastWestGateway, pod, [crossNetworkPort])),
    ...ingresses.flatMap((pod) => toOtherNetworks(facts, { one, pod, farOf })),
    ...facts.mesh.services.flatMap((service) => toService(facts, one, service, { ingresses, eastWests })),
    ...istiods.flatMap((pod) => toOtherApiServers(one, pod)),
  ];
}

/** A pod of Istio's namespace that is not there: of what Istio's charts make, or of one that is there for moments only. */
export function standIn(
  one: ReachedCluster,
  labels: Readonly<Record<string, string>>,
  ports: readonly number[],
): PolicyPod {
  return {
    namespace: istioNamespace,
    name: Object.values(labels).join(),
    labels,
    namespaceLabels: namespaceLabels(one, istioNamespace),
    addresses: [],
    hostNetwork: false,
    ports: ports.map((port) => ({ port, protocol: "TCP" })),
  };
}

function intoIstiod(
  { cluster, gateway }: { readonly cluster: string; readonly gateway: PolicyPod },
  pod: PolicyPod,
  proxies: readonly { readonly pod: PodFacts; readonly seen: PolicyPod }[],
): readonly RequiredFlow[] {
  const apiServer: RequiredFlow = {
    what: `the API server's calls to the injection webhook (istiod at port ${webhookPort})`,
    pod,
    direction: "ingress",
    peer: { kind: "outside", address: "" },
    port: webhookPort,
    protocol: "TCP",
    breaks: [wayToInjector(cluster)],
  };
  const from =
    proxies.length === 0
      ? [{ whose: "the proxies", peer: { kind: "pod", pod: gateway } as const }]
      : proxies.map(({ pod: { namespace }, seen }) => ({
          whose: `the proxies of ${namespace}`,
          peer: { kind: "pod", pod: seen } as const,
        }));
  return [
    apiServer,
    ...from.map(({ whose, peer }): RequiredFlow => ({
      what: `connections of ${whose} to istiod at port ${xdsPort}`,
      pod,
      direction: "ingress",
      peer,
      port: xdsPort,
      protocol: "TCP",
      breaks: [wayToIstiod(cluster)],
    })),
  ];
}

const anybody: PolicyPeer = { kind: "outside", address: "" };

function outOfProxy(
  cluster: string,
  pod: PodFacts,
  seen: PolicyPod,
  istiods: readonly PolicyPod[],
): readonly RequiredFlow[] {
  return istiods.map((istiod) => ({
    what: `connections of the proxies of ${pod.namespace} to istiod at port ${xdsPort}`,
    pod: seen,
    direction: "egress",
    peer: { kind: "pod", pod: istiod },
    port: xdsPort,
    protocol: "TCP",
    breaks: [proxyOf(cluster, pod)],
  }));
}

function toDns(one: ReachedCluster, pod: PodFacts, seen: PolicyPod): readonly RequiredFlow[] {
  const port = one.system.dns?.targetPort;
  return port === undefined
    ? []
    : dnsPods(one).flatMap((server) =>
        bothEnds(seen, server, {
          what: `look-ups of names by the pods of ${pod.namespace} (UDP ${port})`,
          port,
          protocol: "UDP",
          breaks: pod.proxy ? [proxyOf(one.cluster, pod)] : [],
        }),
      );
}

/** The ports at which the ingress is asked for the routes of the mesh, and for http01 challenges. */
function frontPorts({ mesh }: MeshFacts): readonly number[] {
  const routes = mesh.services.flatMap(frontRoutesOf);
  const isChallenged = routes.some(({ tls }) => mesh.http01Issuers.includes(tls?.issuer ?? ""));
  return [...new Set([...routes.map((route) => (isEncrypted(route) ? 443 : 80)), ...(isChallenged ? [80] : [])])];
}

/** A gateway inside of the cluster only (ClusterIP) is asked by whoever stands before it, which is not known; one without a Service by nobody, at ports that only the Service says. */
function fromOutside(
  one: ReachedCluster,
  name: string,
  pod: PolicyPod,
  ports: readonly number[],
): readonly RequiredFlow[] {
  const { service } = gatewayOf(one, name) ?? {};
  if (service === undefined || (service.type === "ClusterIP" && service.addresses.length === 0)) {
    return [];
  }
  return ports.flatMap((port) => {
    const target = targetOfGateway(service, port, pod);
    return target === undefined
      ? []
      : [
          {
            what: `requests from outside to ${name} at port ${target}`,
            pod,
            direction: "ingress",
            peer: anybody,
            port: target,
            protocol: "TCP",
            breaks: [],
          } as const,
        ];
  });
}

function targetOfGateway(
  { servicePorts }: NonNullable<GatewayFacts["service"]>,
  port: number,
  pod: PolicyPod,
): number | undefined {
  const target = servicePorts.find((one) => one.port === port)?.targetPort;
  return typeof target === "string" ? pod.ports.find((one) => one.name === target)?.port : target;
}

function toOtherNetworks(
  facts: MeshFacts,
  from: {
    readonly one: ReachedCluster;
    readonly pod: PolicyPod;
    readonly farOf: (cluster: string) => ReachedCluster | undefined;
  },
): readonly RequiredFlow[] {
  const { one, pod, farOf } = from;
  const routed = facts.mesh.services.filter((service) => frontRoutesOf(service).length > 0);
  return farGateways(facts, { one, farOf, services: routed }).map((far) => toFarGateway(ingressGateway, pod, far));
}

/** The way out of a pod to the gateway of another network; `whose` names the pod in what is said. */
export function toFarGateway(whose: string, pod: PolicyPod, { cluster, address, port }: FarGateway): RequiredFlow {
  return {
    what: `requests of ${whose} to the east-west gateway of ${cluster} (${formatPlace({ address, port })})`,
    pod,
    direction: "egress",
    peer: { kind: "outside", address },
    port,
    protocol: "TCP",
    breaks: [],
  };
}

/** A place of the gateway of another cluster. */
export interface FarGateway extends GatewayPlace {
  readonly cluster: string;
}

/** The east-west gateways behind which services of the mesh run on other networks than this cluster's. */
export function farGateways(
  facts: MeshFacts,
  asked: {
    readonly one: ReachedCluster;
    readonly farOf: (cluster: string) => ReachedCluster | undefined;
    readonly services: readonly Service[];
  },
): readonly FarGateway[] {
  const { one, farOf, services } = asked;
  const { mesh } = facts;
  const { network } = mesh.clusters.find((cluster) => cluster.name === one.cluster) ?? {};
  return mesh.clusters
    .filter(
      (other) =>
        other.network !== network &&
        services.some(
          ({ exported, versions }) => exported && versions.some((version) => version.clusters.includes(other.name)),
        ),
    )
    .flatMap(({ name }) => {
      const far = farOf(name);
      return far === undefined ? [] : gatewaysSeenBy(facts, one, far).map((place) => ({ cluster: name, ...place }));
    });
}

function toService(
  facts: MeshFacts,
  one: ReachedCluster,
  service: Service,
  { ingresses, eastWests }: { readonly ingresses: readonly PolicyPod[]; readonly eastWests: readonly PolicyPod[] },
): readonly RequiredFlow[] {
  const key = `${service.namespace}/${service.name}`;
  const here = serviceIn(one, service);
  const own = facts.mesh.clusters.find((cluster) => cluster.name === one.cluster)?.network;
  const joined = facts.mesh.clusters.some((cluster) => cluster.network !== own);
  const senders = [
    ...(frontRoutesOf(service).length > 0 ? ingresses.map((pod) => ({ pod, name: ingressGateway })) : []),
    ...(joined && service.exported ? eastWests.map((pod) => ({ pod, name: eastWestGateway })) : []),
  ];
  return here === undefined
    ? []
    : servicePods(one, service).flatMap((pod) => {
        const port = targetPortOf(here, service.port, pod);
        const target = asPolicyPod(one, pod);
        return port === undefined
          ? []
          : senders.flatMap(({ pod: sender, name }) =>
              bothEnds(sender, target, {
                what: `requests of ${name} to ${key} at port ${port}`,
                port,
                protocol: "TCP",
                breaks: [requestsTo(one.cluster, key)],
              }),
            );
      });
}

/** istiod reads the other clusters at the addresses of its remote secrets. */
function toOtherApiServers(one: ReachedCluster, pod: PolicyPod): readonly RequiredFlow[] {
  return one.remoteSecrets
    .flatMap((secret) => secret.credentials)
    .flatMap(({ cluster, server }): readonly RequiredFlow[] => {
      const [, bracketed, plain, port] = /^https?:\/\/(?:\[([^\]]+)\]|([^/:]+))(?::(\d+))?/.exec(server) ?? [];
      const address = bracketed ?? plain;
      return address === undefined
        ? []
        : [
            {
              what: `connections of istiod to the API server of ${cluster} (${server})`,
              pod,
              direction: "egress",
              peer: { kind: "outside", address },
              port: port === undefined ? (server.startsWith("http:") ? 80 : 443) : Number(port),
              protocol: "TCP",
              breaks: [sync(one.cluster, cluster)],
            },
          ];
    });
}
