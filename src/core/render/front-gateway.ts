import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Route, Service } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { frontGatewayOf, frontRoutesOf } from "../routing/hosts.ts";
import { meshAt } from "../routing/routes-at.ts";
import { hasTarget, hostsPublishedVia, passedOver, targetAnnotationsOf } from "./external-dns-annotations.ts";
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
 * the sidecars. What a route asks of DNS goes on to hold where another one of
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
      renderFrontGateway(mesh, gateway, targetOf(mesh, addresses));
    if (!gateway.isPublished || areKnown(mesh, ingressAddresses)) {
      return { object: fillIn(ingressAddresses) };
    }
    const names = mesh.clusters.map((one) => one.name);
    const unknown = unknownText(`addresses of the ingress gateways of ${names.join(", ")}`);
    return {
      object: renderFrontGateway(mesh, gateway, unknown),
      knownAfterApply: { needs: "ingress-addresses", known: ingressAddresses, fillIn },
    };
  });
}

interface FrontGateway {
  readonly namespace: string;
  readonly name: string;
  readonly routes: readonly Route[];
  /** By external-dns. */
  readonly isPublished: boolean;
  /** By isthmus itself. */
  readonly isOurs: boolean;
}

function frontGatewaysAt(mesh: Mesh, cluster: Pick<Cluster, "region">): readonly FrontGateway[] {
  const isExternal = publishedVia("externalDns", mesh);
  const isOurs = publishedVia("isthmus", mesh);
  return [...routesByGateway(meshAt(mesh, cluster))].map(([key, gateway]) => ({
    ...gateway,
    isPublished: isExternal(key, gateway),
    isOurs: isOurs(key, gateway),
  }));
}

type Bare = Omit<FrontGateway, "isPublished" | "isOurs">;

/**
 * Tells the Gateways that external-dns has to read in one way: that of a route which is published so, in this region
 * or another, and any that has one of the published hosts, at whichever port. external-dns looks at the hosts of all
 * Gateways, and one without annotations has it write the addresses of its own cluster.
 */
function publishedVia(via: NonNullable<Route["dns"]>["via"], mesh: Mesh): (key: string, gateway: Bare) => boolean {
  const published = [...routesByGateway(mesh)].filter(([, { routes }]) => routes.some(({ dns }) => dns?.via === via));
  const keys = new Set(published.map(([key]) => key));
  const hosts = hostsPublishedVia(via, mesh);
  return (key, { routes }) => keys.has(key) || routes.some((route) => route.hosts.some((host) => hosts.has(host)));
}

function routesByGateway({ services }: Mesh): ReadonlyMap<string, Bare> {
  const gateways = new Map<string, Bare & { readonly routes: Route[] }>();
  for (const service of services) {
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

function renderFrontGateway(mesh: Mesh, gateway: FrontGateway, target: string): KubeObject {
  const { namespace, name, routes, isPublished, isOurs } = gateway;
  const annotations = {
    ...(isPublished ? targetAnnotationsOf(mesh, target) : {}),
    ...(isOurs ? passedOver : {}),
  };
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "Gateway",
    metadata: {
      name,
      namespace,
      ...(isPublished || isOurs ? { annotations } : {}),
    },
    spec: { selector: { istio: "ingressgateway" }, servers: renderServers(routes) },
  };
}

function areKnown(mesh: Mesh, addresses: Materials["ingressAddresses"]): boolean {
  return mesh.clusters.every(({ name }) => (addresses[name] ?? []).length > 0);
}

/** True for a Gateway whose hosts are published: it waits for the addresses of all ingress gateways. */
export function isPublished(gateway: KubeObject): boolean {
  return hasTarget(gateway.metadata.annotations);
}

/**
 * The addresses of every cluster's ingress gateway, the same on every cluster.
 * external-dns lets one instance own a name and has the others skip it (issue
 * 1441, docs/adr/0009): whichever that is then publishes all of them, so that the
 * several A records that the runbook sets by hand come from one owner.
 */
function targetOf(mesh: Mesh, addresses: Materials["ingressAddresses"]): string {
  return [...new Set(mesh.clusters.flatMap(({ name }) => addresses[name] ?? []))].sort().join(",");
}

function renderServers(routes: readonly Route[]): Json[] {
  const hostsOf = new Map<string | undefined, Set<string>>();
  for (const route of routes) {
    const hosts = hostsOf.get(route.tls?.secretName) ?? new Set<string>();
    for (const host of route.hosts) {
      hosts.add(host);
    }
    hostsOf.set(route.tls?.secretName, hosts);
  }
  const secrets = [...hostsOf.keys()].filter((name) => name !== undefined);
  return [...hostsOf].map(([secretName, hosts]) =>
    secretName === undefined
      ? { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [...hosts] }
      : {
          port: { number: 443, name: portName(secrets.indexOf(secretName)), protocol: "HTTPS" },
          tls: { mode: "SIMPLE", credentialName: secretName },
          hosts: [...hosts],
        },
  );
}

/** Ports of a Gateway need names of their own. */
function portName(index: number): string {
  return index === 0 ? "https" : `https-${index + 1}`;
}
