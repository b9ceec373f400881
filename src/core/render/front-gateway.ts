import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Route, Service } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { frontGatewayOf, frontRoutesOf, routesConnections, standsFor } from "../routing/hosts.ts";
import { meshAt } from "../routing/routes-at.ts";
import { usesGatewayApi } from "../routing/version-service.ts";
import type { PublishedTarget } from "./external-dns-annotations.ts";
import {
  addressesIn,
  hostsPublishedVia,
  passedOver,
  targetAnnotationsOf,
  targetIn,
  targetOf,
} from "./external-dns-annotations.ts";
import type { Rendered } from "./known-after-apply.ts";
import type { Materials } from "./materials.ts";
import { istioNamespace } from "./names.ts";
import { unknownText } from "./unknown.ts";

/**
 * The namespace of a route's Gateway and VirtualService: the service's own, or
 * Istio's for HTTPS, since the certificate's Secret is looked up where the
 * gateway's pods run (https://istio.io/latest/docs/ops/integrations/certmanager/).
 */
export function routeNamespace(service: Service, route: Route): string {
  return route.tls === undefined ? service.namespace : istioNamespace;
}

/**
 * One Gateway per name and namespace, opening the ingress gateway for the hosts
 * of all routes of the cluster that name it; none for `mesh`, Istio's word for
 * the sidecars, and none for routes of the Gateway API (`renderApiGateways`). What a route asks of DNS goes on to hold where another one of
 * this region replaces it.
 */
export function renderFrontGateways(
  mesh: Mesh,
  cluster: Pick<Cluster, "region">,
  materials: Pick<Materials, "ingressAddresses">,
): Rendered[] {
  const { ingressAddresses } = materials;
  return frontGatewaysAt(mesh, cluster).map((gateway): Rendered => {
    const fillIn = (addresses: Materials["ingressAddresses"]): KubeObject =>
      renderFrontGateway(mesh, gateway, publishedTarget(mesh, addresses));
    if (!gateway.isPublished || areKnown(mesh, ingressAddresses)) {
      return { object: fillIn(ingressAddresses) };
    }
    const names = mesh.clusters.map((one) => one.name);
    const unknown = unknownText(`addresses of the ingress gateways of ${names.join(", ")}`);
    return {
      object: renderFrontGateway(mesh, gateway, { target: unknown }),
      knownAfterApply: {
        needs: "ingress-addresses",
        known: ingressAddresses,
        fillIn,
        keep: (live) => {
          const kept = keptTarget(mesh, live, ingressAddresses);
          return kept === undefined ? undefined : renderFrontGateway(mesh, gateway, kept);
        },
      },
    };
  });
}

/**
 * The addresses of every cluster's ingress gateway, the same on every cluster.
 * external-dns lets one instance own a name and has the others skip it (issue
 * 1441, docs/adr/0009): whichever that is then publishes all of them, so that the
 * several A records that the runbook sets by hand come from one owner.
 */
function publishedTarget({ clusters }: Mesh, addresses: Materials["ingressAddresses"]): PublishedTarget {
  return targetOf(Object.fromEntries(clusters.map(({ name }) => [name, addresses[name] ?? []])));
}

/**
 * What a live Gateway has of the clusters of the mesh that do not say their
 * addresses, with what the others say. One that does not say whose its
 * addresses are keeps all of them; undefined for one that has none.
 */
function keptTarget(
  mesh: Mesh,
  { metadata: { annotations } }: KubeObject,
  known: Materials["ingressAddresses"],
): PublishedTarget | undefined {
  const target = targetIn(annotations);
  if (target === undefined) {
    return undefined;
  }
  const had = addressesIn(annotations);
  if (had === undefined) {
    const all = { before: target.split(","), ...known };
    return { target: targetOf(all).target };
  }
  const said = Object.fromEntries(Object.entries(known).filter(([, addresses]) => addresses.length > 0));
  return publishedTarget(mesh, { ...had, ...said });
}

interface FrontGateway {
  readonly namespace: string;
  readonly name: string;
  readonly routes: readonly Route[];
  /** By external-dns, which finds there what to write. */
  readonly isPublished: boolean;
  /** Not for external-dns: isthmus publishes its hosts itself, or they are published by other Gateways. */
  readonly isPassedOver: boolean;
}

/**
 * The Gateways of a cluster with what external-dns has to make of each. It looks at the hosts of all of them, and one
 * without annotations has it write the address of its own cluster. So it passes over those with a host that isthmus
 * publishes, and over those all of whose hosts it finds at another Gateway here, such as that of a redirect at port 80;
 * such a one is there before any address is known. Whatever else has a host that it publishes names the addresses,
 * also where the route that asks for that is of another region.
 */
function frontGatewaysAt(mesh: Mesh, cluster: Pick<Cluster, "region">): readonly FrontGateway[] {
  const here = meshAt(mesh, cluster);
  const [external, own] = [askersOf("externalDns", mesh), askersOf("isthmus", mesh)];
  const foundHere = hostsPublishedVia("externalDns", here);
  return [...routesByGateway(here)].map(([key, gateway]) => {
    const hosts = gateway.routes.flatMap((route) => route.hosts);
    const has = (some: ReadonlySet<string>): boolean => hosts.some((host) => some.has(host));
    const isElsewhere = !external.keys.has(key) && hosts.every((host) => foundHere.has(host));
    return {
      ...gateway,
      isPublished: external.keys.has(key) || (has(external.hosts) && !isElsewhere),
      isPassedOver: own.keys.has(key) || has(own.hosts) || isElsewhere,
    };
  });
}

/** The Gateways of a cluster, `namespace/name`, that name also hosts for which a wildcard of theirs stands: external-dns writes those that it reads there. */
export function namesEveryHost(mesh: Mesh, cluster: Pick<Cluster, "region">): ReadonlySet<string> {
  const published = frontGatewaysAt(mesh, cluster).filter(({ isPublished }) => isPublished);
  return new Set(published.map(({ namespace, name }) => `${namespace}/${name}`));
}

type Bare = Omit<FrontGateway, "isPublished" | "isPassedOver">;

/** The Gateways of the routes that are published that way, in any region, and all of their hosts. */
function askersOf(
  via: NonNullable<Route["dns"]>["via"],
  mesh: Mesh,
): { readonly keys: ReadonlySet<string>; readonly hosts: ReadonlySet<string> } {
  const asking = [...routesByGateway(mesh)].filter(([, { routes }]) => routes.some(({ dns }) => dns?.via === via));
  return { keys: new Set(asking.map(([key]) => key)), hosts: hostsPublishedVia(via, mesh) };
}

function routesByGateway({ services }: Mesh): ReadonlyMap<string, Bare> {
  const gateways = new Map<string, Bare & { readonly routes: Route[] }>();
  for (const service of services.filter((one) => !usesGatewayApi(one))) {
    for (const route of frontRoutesOf(service)) {
      const namespace = routeNamespace(service, route);
      const name = frontGatewayOf(route) ?? "";
      const key = `${namespace}/${name}`;
      const entry = gateways.get(key) ?? { namespace, name, routes: [] };
      entry.routes.push(route);
      gateways.set(key, entry);
    }
  }
  return gateways;
}

function renderFrontGateway(mesh: Mesh, gateway: FrontGateway, target: PublishedTarget): KubeObject {
  const { namespace, name, isPublished, isPassedOver } = gateway;
  const annotations = {
    ...(isPublished ? targetAnnotationsOf(mesh, target) : {}),
    ...(isPassedOver ? passedOver : {}),
  };
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "Gateway",
    metadata: {
      name,
      namespace,
      ...(isPublished || isPassedOver ? { annotations } : {}),
    },
    spec: { selector: { istio: "ingressgateway" }, servers: renderServers(gateway) },
  };
}

function areKnown(mesh: Mesh, addresses: Materials["ingressAddresses"]): boolean {
  return mesh.clusters.every(({ name }) => (addresses[name] ?? []).length > 0);
}

/** True for a Gateway whose hosts are published: it waits for the addresses of all ingress gateways. */
export function isPublished(gateway: KubeObject): boolean {
  return targetIn(gateway.metadata.annotations) !== undefined;
}

/** The port of ingress gateways for TLS, whoever ends it. */
export const securePort = 443;

function renderServers({ routes, isPublished }: FrontGateway): Json[] {
  const hostsOf = new Map<string | undefined, Set<string>>();
  for (const route of routes.filter((each) => !routesConnections(each))) {
    const hosts = hostsOf.get(route.tls?.secretName) ?? new Set<string>();
    for (const host of route.hosts) {
      hosts.add(host);
    }
    hostsOf.set(route.tls?.secretName, hosts);
  }
  const served = (hosts: ReadonlySet<string>): string[] => (isPublished ? [...hosts] : widestOf([...hosts]));
  const secrets = [...hostsOf.keys()].filter((name) => name !== undefined);
  return [
    ...[...hostsOf].map(([secretName, hosts]) =>
      secretName === undefined
        ? { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: served(hosts) }
        : {
            port: { number: securePort, name: portName(secrets.indexOf(secretName)), protocol: "HTTPS" },
            tls: { mode: "SIMPLE", credentialName: secretName },
            hosts: served(hosts),
          },
    ),
    ...renderPassthrough(routes),
  ];
}

/** Connections whose TLS the pods of a service end. */
function renderPassthrough(routes: readonly Route[]): Json[] {
  const hosts = routes.filter(routesConnections).flatMap((route) => route.hosts);
  return hosts.length === 0
    ? []
    : [
        {
          port: { number: securePort, name: "tls", protocol: "TLS" },
          tls: { mode: "PASSTHROUGH" },
          hosts: [...new Set(hosts)],
        },
      ];
}

/**
 * The hosts for which no other one of them stands. Istio gives a host that a
 * server names the rules of every VirtualService of its Gateway that stands for
 * it, by age; one that the server has by a wildcard gets those of the
 * VirtualServices that name it
 * (https://github.com/istio/istio/blob/1.31.0/pkg/config/host/names.go, Intersection).
 */
function widestOf(hosts: readonly string[]): string[] {
  return hosts.filter((host) => !hosts.some((other) => standsFor(other, host)));
}

/** Ports of a Gateway need names of their own. */
function portName(index: number): string {
  return index === 0 ? "https" : `https-${index + 1}`;
}
