import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { BesidePod, PodFacts } from "../checks/pod-facts.ts";
import { isEgressGateway } from "./egress-gateway.ts";
import { istiod, requestsTo } from "../checks/subjects.ts";
import { gatewayHealthPort } from "../render/gateway-probe.ts";
import { istioNamespace } from "../render/names.ts";
import type { Service } from "../model/mesh.ts";
import type { PolicyPeer, Protocol } from "./policy-pod.ts";
import { protocols } from "./policy-pod.ts";
import { distinctPods } from "./pod-kinds.ts";
import type { RequiredFlow } from "./required-flow.ts";
import { asPolicyPod, bothEnds, dnsPods } from "./required-flow.ts";
import { farGateways, toFarGateway } from "./required-flows.ts";
import { serviceIn, servicePods, targetPortOf } from "./service-pods.ts";

/** Where Prometheus finds what pods with a proxy measure, and istiod (https://istio.io/latest/docs/ops/integrations/prometheus/). */
const metricsPorts = { proxy: 15_020, istiod: 15_014 } as const;

/** The proxy's own: metrics and health. */
const proxyPorts = [15_020, gatewayHealthPort, 15_090];

/**
 * What is not on the way of every request: istiod's connections to its own API
 * server, without which it does not start; and what only some need, where it is
 * there: requests between services of the mesh, here and on other networks,
 * metrics, health checks of load balancers, DNS over TCP. Of pods that are
 * alike one is asked for. `farOf` gives the answering cluster of a name.
 */
export function furtherFlows(
  facts: MeshFacts,
  one: ReachedCluster,
  farOf: (cluster: string) => ReachedCluster | undefined,
): readonly RequiredFlow[] {
  const istiods = distinctPods(one.networkPolicies, one.pods.filter(isIstiod));
  const proxies = distinctPods(
    one.networkPolicies,
    one.pods.filter((pod) => pod.proxy),
  );
  const callers = distinctPods(
    one.networkPolicies,
    facts.mesh.services.flatMap((service) => servicePods(one, service)),
  ).filter((pod) => pod.proxy);
  const { services } = facts.mesh;
  const egressGateways = distinctPods(one.networkPolicies, (one.otherPods ?? []).filter(isEgressGateway));
  return [
    ...istiods.flatMap((pod) => toOwnApiServer(one, pod)),
    ...betweenServices(facts, one),
    ...farGateways(facts, { one, farOf, services }).flatMap((far) =>
      callers.map((pod): RequiredFlow => ({
        ...toFarGateway(`the pods of ${pod.namespace}`, asPolicyPod(one, pod), far),
        optional: true,
      })),
    ),
    ...fromLoadBalancers(one),
    ...istiods.flatMap((pod) => fromScrapers(one, pod, metricsPorts.istiod)),
    ...[...proxies, ...egressGateways].flatMap((pod) => fromScrapers(one, pod, metricsPorts.proxy)),
    ...egressGateways.flatMap((pod) => intoEgressGateway(one, pod, callers)),
    ...[...istiods, ...proxies].flatMap((pod) => toDnsOverTcp(one, pod)),
  ];
}

function isIstiod({ namespace, labels }: PodFacts): boolean {
  return namespace === istioNamespace && labels["app"] === "istiod";
}

/** Who goes through it is not known: pods of services may. Their own policies say whether they do. */
function intoEgressGateway(one: ReachedCluster, pod: BesidePod, callers: readonly PodFacts[]): readonly RequiredFlow[] {
  const ports = pod.ports.filter(({ port, protocol }) => protocol === "TCP" && !proxyPorts.includes(port));
  return ports.flatMap(({ port }) =>
    callers.map((caller): RequiredFlow => ({
      what: `requests of the pods of ${caller.namespace} to ${pod.labels["app"] ?? pod.name} at port ${port}`,
      pod: asPolicyPod(one, pod),
      direction: "ingress",
      peer: { kind: "pod", pod: asPolicyPod(one, caller) },
      port,
      protocol: "TCP",
      breaks: [],
      optional: true,
    })),
  );
}

function toOwnApiServer(one: ReachedCluster, pod: PodFacts): readonly RequiredFlow[] {
  return (one.system.apiServers ?? []).map(({ address, port }) => ({
    what: `connections of istiod to its own API server (${address}:${port})`,
    pod: asPolicyPod(one, pod),
    direction: "egress",
    peer: { kind: "outside", address },
    port,
    protocol: "TCP",
    breaks: [istiod(one.cluster)],
  }));
}

function betweenServices({ mesh }: MeshFacts, one: ReachedCluster): readonly RequiredFlow[] {
  const pods = mesh.services.map((service) => ({
    service,
    pods: distinctPods(one.networkPolicies, servicePods(one, service)),
  }));
  return pods.flatMap(({ service, pods: targets }) => {
    const key = `${service.namespace}/${service.name}`;
    const callers = pods.filter((other) => other.service !== service);
    return targets.flatMap((target) =>
      portsBehind(one, service, target).flatMap(({ port, protocol }) =>
        callers.flatMap(({ service: caller, pods: sources }) =>
          sources
            .filter((source) => source.proxy)
            .flatMap((source) =>
              bothEnds(asPolicyPod(one, source), asPolicyPod(one, target), {
                what: `requests of ${caller.namespace}/${caller.name} to ${key} at port ${portText(port, protocol)}`,
                port,
                protocol,
                breaks: [requestsTo(one.cluster, key)],
                optional: true,
              }),
            ),
        ),
      ),
    );
  });
}

/** A pod's ports behind all ports of its Service, those that the mesh file does not name among them. */
function portsBehind(one: ReachedCluster, service: Service, pod: PodFacts): readonly BehindPort[] {
  const here = serviceIn(one, service);
  const found = (here?.servicePorts ?? []).flatMap(({ port, protocol }): readonly BehindPort[] => {
    const target = here === undefined ? undefined : targetPortOf(here, port, pod);
    const known = protocols.find((other) => other === protocol);
    return target === undefined || known === undefined ? [] : [{ port: target, protocol: known }];
  });
  return [...new Map(found.map((behind) => [portText(behind.port, behind.protocol), behind])).values()];
}

interface BehindPort {
  readonly port: number;
  readonly protocol: Protocol;
}

function portText(port: number, protocol: Protocol): string {
  return protocol === "TCP" ? String(port) : `${port}/${protocol}`;
}

/** Many load balancers ask the gateway's own health port, from addresses that only their provider knows; others ask the node. */
function fromLoadBalancers(one: ReachedCluster): readonly RequiredFlow[] {
  return one.gateways.flatMap(({ name, service }) =>
    service?.type !== "LoadBalancer" || !service.servicePorts.some(({ port }) => port === gatewayHealthPort)
      ? []
      : distinctPods(
          one.networkPolicies,
          one.pods.filter((pod) => pod.namespace === istioNamespace && pod.labels["app"] === name),
        ).map((pod): RequiredFlow => ({
          what: `health checks of load balancers at port ${gatewayHealthPort} of ${name}`,
          pod: asPolicyPod(one, pod),
          direction: "ingress",
          peer: { kind: "outside", address: "" },
          port: gatewayHealthPort,
          protocol: "TCP",
          breaks: [],
          optional: true,
        })),
  );
}

/** The policies of Prometheus' own namespace are not in the facts. */
function fromScrapers(one: ReachedCluster, pod: PodFacts | BesidePod, port: number): readonly RequiredFlow[] {
  return (one.system.scrapers ?? []).map(({ namespaceLabels, ...scraper }): RequiredFlow => {
    const peer: PolicyPeer = { kind: "pod", pod: { ...scraper, namespaceLabels } };
    return {
      what: `Prometheus of ${scraper.namespace} reading metrics of ${pod.namespace} at port ${port}`,
      pod: asPolicyPod(one, pod),
      direction: "ingress",
      peer,
      port,
      protocol: "TCP",
      breaks: [],
      optional: true,
    };
  });
}

/** DNS servers answer both protocols at one port; TCP is for answers that do not fit into UDP. */
function toDnsOverTcp(one: ReachedCluster, pod: PodFacts): readonly RequiredFlow[] {
  const port = one.system.dns?.targetPort;
  return port === undefined
    ? []
    : distinctPods(one.networkPolicies, dnsPods(one)).map((server) => ({
        what: `long look-ups of names by the pods of ${pod.namespace} (TCP ${port})`,
        pod: asPolicyPod(one, pod),
        direction: "egress",
        peer: { kind: "pod", pod: server },
        port,
        protocol: "TCP",
        breaks: [],
        optional: true,
      }));
}
