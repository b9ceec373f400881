import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import type { Materials } from "../render/materials.ts";
import { gatewayHealthPort } from "../render/gateway-probe.ts";
import { crossNetworkPort } from "../render/names.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import { frontRoutesOf } from "../routing/hosts.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { isAddress } from "./address-block.ts";
import { ownApiPorts, remoteApiPlace, remoteApiPorts } from "./api-ports.ts";
import { egressGatewayPorts } from "./egress-gateway.ts";
import { isChallenged } from "../routing/challenged-hosts.ts";
import { frontDoorPorts } from "./front-door-ports.ts";
import { podsOfService } from "./service-ports.ts";

/** One end of a flow of the mesh, as a policy can name it. */
export type Party =
  | { readonly kind: "istiod" | "ingress-gateway" | "east-west-gateway" | "egress-gateway" }
  /** Pods of Istio's namespace: gateways that the mesh file does not name among them. */
  | { readonly kind: "istio-pods" }
  /** The pods of a service of the mesh in this cluster. */
  | { readonly kind: "service"; readonly service: Service }
  /** Pods of namespaces with sidecars, also those that the mesh file does not name. */
  | { readonly kind: "meshed" }
  /** The pods that answer cert-manager's http01 challenges. */
  | { readonly kind: "http01-solver" }
  | { readonly kind: "dns" }
  /** Pods of any namespace of this cluster. */
  | { readonly kind: "any-pod" }
  /** Everybody. */
  | { readonly kind: "world" }
  /** Something outside of the cluster. */
  | { readonly kind: "address"; readonly address: string };

export interface FlowPort {
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

/** Connections that the mesh makes in one cluster, and what they are for. */
export interface MeshFlow {
  readonly from: Party;
  readonly to: Party;
  /** Of the pods that are connected to; a policy never sees a Service's. */
  readonly ports: readonly FlowPort[];
  readonly why: string;
}

const istiod: Party = { kind: "istiod" };
const ingress: Party = { kind: "ingress-gateway" };
const eastWest: Party = { kind: "east-west-gateway" };
const world: Party = { kind: "world" };
const anyPod: Party = { kind: "any-pod" };

/**
 * Every flow that the mesh of this file has in one cluster, each with its
 * reason. What a node sends to its own pods (probes) is always admitted and is
 * not among them.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 * https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
 */
export function meshFlows(mesh: Mesh, cluster: Cluster, materials: Materials): readonly MeshFlow[] {
  const others = mesh.clusters.filter((other) => other.name !== cluster.name);
  const apart = others.filter((other) => other.network !== cluster.network);
  const gateways = apart.length > 0 ? [ingress, eastWest] : [ingress];
  const services = mesh.services.map((service): Party => ({ kind: "service", service }));
  return [
    ...toIstiod(gateways, services),
    ...fromIstiod(mesh, cluster, materials),
    ...[istiod, ...gateways, ...services].map(toDns),
    ...intoIngress(mesh, cluster, materials),
    ...(apart.length > 0 ? intoEastWest() : []),
    ...[ingress, ...services].flatMap((from) => apart.flatMap((other) => toOtherNetwork(from, cluster, other))),
    ...mesh.services.flatMap((service) => toService(mesh, cluster, service, materials)),
    ...intoEgress(materials.istioManifests[cluster.name] ?? []),
  ];
}

/**
 * Into the egress gateway, where Istio's manifests have one. Which services go
 * through it, and where to, is not in the mesh file: its way out stays as it is.
 */
function intoEgress(manifests: readonly KubeObject[]): readonly MeshFlow[] {
  const to: Party = { kind: "egress-gateway" };
  const ports = egressGatewayPorts(manifests);
  return ports === undefined
    ? []
    : [
        {
          from: { kind: "meshed" },
          to,
          ports: tcp(...ports),
          why: "sidecars send what is to leave the mesh through it",
        },
        { from: anyPod, to, ports: tcp(15020, 15090), why: "Prometheus reads the proxy's metrics" },
      ];
}

function toIstiod(gateways: readonly Party[], services: readonly Party[]): readonly MeshFlow[] {
  const proxies: readonly Party[] = [...gateways, ...services, { kind: "istio-pods" }, { kind: "meshed" }];
  return [
    ...proxies.map((from): MeshFlow => ({
      from,
      to: istiod,
      ports: tcp(15012),
      why: "proxies get their configuration and certificates from istiod",
    })),
    {
      from: world,
      to: istiod,
      ports: tcp(15017),
      why: "the API server calls istiod's webhooks, from an address that depends on the cluster's network",
    },
    { from: anyPod, to: istiod, ports: tcp(15014), why: "Prometheus reads istiod's metrics" },
  ];
}

/** Its own cluster's API server, and those of the others, which it reads endpoints from. */
function fromIstiod(mesh: Mesh, cluster: Cluster, materials: Materials): readonly MeshFlow[] {
  return [
    {
      from: istiod,
      to: world,
      ports: tcp(...ownApiPorts(mesh, cluster, materials)),
      why: "istiod reads this cluster's API server, whose addresses change with its nodes",
    },
    ...mesh.clusters
      .filter((other) => other.name !== cluster.name)
      .map((other): MeshFlow => {
        const place = remoteApiPlace(mesh, other, cluster.name, materials);
        return {
          from: istiod,
          to: place?.address === undefined ? world : { kind: "address", address: place.address },
          ports: tcp(...remoteApiPorts(mesh, other, cluster.name, materials)),
          why: `istiod reads the endpoints of ${other.name} from its API server`,
        };
      }),
  ];
}

/** Over TCP where an answer does not fit into UDP. */
function toDns(from: Party): MeshFlow {
  const ports: readonly FlowPort[] = [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ];
  return { from, to: { kind: "dns" }, ports, why: "look-ups of names" };
}

function intoIngress(mesh: Mesh, cluster: Cluster, materials: Materials): readonly MeshFlow[] {
  const doors = frontDoorPorts(mesh, cluster, materials).map(({ port, targets }): MeshFlow => ({
    from: world,
    to: ingress,
    ports: tcp(...targets),
    why: `requests from outside to the routes at port ${port}`,
  }));
  const solves = mesh.services.flatMap((service) => service.routes).some((route) => isChallenged(mesh, route));
  return [
    ...doors,
    ...gatewayUpkeep(ingress),
    ...(solves
      ? [
          {
            from: ingress,
            to: { kind: "http01-solver" },
            ports: tcp(8089),
            why: "the ingress gateway forwards http01 challenges to cert-manager's solver",
          } as const,
          ...(mesh.clusters.length > 1 ? betweenIngresses(mesh, cluster, materials) : []),
        ]
      : []),
  ];
}

/** Its own cluster's address, which is among those asked, leads to one of this cluster's gateway pods, and policies mostly see that. */
function betweenIngresses(mesh: Mesh, cluster: Cluster, materials: Materials): readonly MeshFlow[] {
  const targets = frontDoorPorts(mesh, cluster, materials).flatMap((door) => (door.port === 80 ? door.targets : []));
  return [
    {
      from: ingress,
      to: world,
      ports: tcp(80),
      why: "the ingress gateway asks those of the other clusters for the answer to an http01 challenge",
    },
    {
      from: ingress,
      to: ingress,
      ports: tcp(...targets.filter((port) => port !== 80)),
      why: "the address of this cluster's ingress leads to its own pods, which are asked for the answer to an http01 challenge too",
    },
  ].filter(({ ports }) => ports.length > 0);
}

function intoEastWest(): readonly MeshFlow[] {
  return [
    {
      from: world,
      to: eastWest,
      ports: tcp(crossNetworkPort),
      why: "mTLS from the pods of other networks, whose addresses change on the way",
    },
    ...gatewayUpkeep(eastWest),
  ];
}

function gatewayUpkeep(to: Party): readonly MeshFlow[] {
  return [
    { from: world, to, ports: tcp(gatewayHealthPort), why: "load balancers ask for the gateway's health" },
    { from: anyPod, to, ports: tcp(15020, 15090), why: "Prometheus reads the proxy's metrics" },
  ];
}

function toOtherNetwork(from: Party, cluster: Cluster, other: Cluster): readonly MeshFlow[] {
  const { addresses, port } = announcedGateway(other, cluster) ?? { addresses: [], port: crossNetworkPort };
  const places: readonly Party[] =
    addresses.length > 0 && addresses.every(isAddress)
      ? addresses.map((address) => ({ kind: "address", address }))
      : [world];
  return places.map((to) => ({
    from,
    to,
    ports: tcp(port),
    why: `requests to pods of ${other.name} go to its east-west gateway`,
  }));
}

function toService(mesh: Mesh, cluster: Cluster, service: Service, materials: Materials): readonly MeshFlow[] {
  const { ports } = podsOfService(service, materials);
  const to: Party = { kind: "service", service };
  const others = mesh.clusters.filter((other) => other.name !== cluster.name);
  const apart = others.some((other) => other.network !== cluster.network);
  const beside = others.filter((other) => other.network === cluster.network).map((other) => other.name);
  const flow = (from: Party, why: string, target: Party = to): MeshFlow => ({
    from,
    to: target,
    ports: tcp(...ports),
    why,
  });
  const routed = frontRoutesOf(service).length > 0;
  const callers: readonly Party[] = [
    ...mesh.services.map((caller) => ({ kind: "service", service: caller }) as const),
    { kind: "meshed" },
  ];
  const metrics: MeshFlow = {
    from: anyPod,
    to,
    ports: tcp(15020, 15090),
    why: "Prometheus reads the metrics of application and proxy",
  };
  const forwarded =
    apart && service.exported
      ? [flow(eastWest, `the east-west gateway forwards requests of other networks to ${service.name}`)]
      : [];
  if (beside.length > 0 && service.exported) {
    // Pods of another cluster are addresses without labels here: everybody is let in, or nobody of them is.
    const why = `pods of ${beside.join(", ")} share the network and call ${service.name} directly, under addresses that no selector finds`;
    return [flow(world, why), ...[ingress, ...callers].map((from) => flow(from, why, world)), ...forwarded, metrics];
  }
  return [
    ...(routed ? [flow(ingress, `the ingress gateway forwards requests to ${service.name}`)] : []),
    ...forwarded,
    ...callers.map((from) => flow(from, `services of the mesh call ${service.name}`)),
    metrics,
  ];
}

function tcp(...ports: readonly number[]): readonly FlowPort[] {
  return ports.map((port) => ({ port, protocol: "TCP" }));
}
