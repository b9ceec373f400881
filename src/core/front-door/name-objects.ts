import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Route } from "../model/mesh.ts";
import { renderFrontGateways, routeNamespace } from "../render/front-gateway.ts";
import { renderHostRoutes } from "../render/host-routes.ts";
import { istioNamespace } from "../render/names.ts";
import { renderVirtualService } from "../render/virtual-service.ts";
import { isChallenged } from "../routing/challenged-hosts.ts";
import { frontGatewayOf, standsFor } from "../routing/hosts.ts";
import { meshAt } from "../routing/routes-at.ts";
import type { MeshName } from "./published-names.ts";

/** An object that a name needs in a cluster, and whether one that is there serves the name. */
export interface NeededObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly serves: (live: KubeObject) => boolean;
  /** Who makes it. */
  readonly by: "isthmus" | "cert-manager" | "somebody";
  /** The Certificate that cert-manager makes it from; left out for everything else. */
  readonly certificate?: string;
}

/**
 * What a cluster has to have before a name may lead there: the Gateways that open
 * its ingress for the host, the VirtualServices that take its requests, and the
 * Secret of the certificate that it shows. Without one of them requests end in a
 * 404 or in a failed handshake. A certificate that is proven by http01 is not among
 * them: it is issued only when the name leads here. Nothing for a name that no
 * route of the cluster's region has.
 */
export function objectsOfName(
  mesh: Mesh,
  cluster: Pick<Cluster, "region">,
  { name }: MeshName,
): readonly NeededObject[] {
  const here = meshAt(mesh, cluster);
  const routes = here.services.flatMap((service) =>
    service.routes
      .filter((route) => frontGatewayOf(route) !== undefined && route.hosts.includes(name))
      .map((route) => ({ service, route })),
  );
  const gateways = renderFrontGateways(mesh, cluster, { ingressAddresses: {} })
    .map(({ object }) => object)
    .filter(({ metadata }) =>
      routes.some(
        ({ service, route }) =>
          metadata.name === frontGatewayOf(route) && metadata.namespace === routeNamespace(service, route),
      ),
    );
  const virtualServices = [
    ...renderHostRoutes(here).filter((one) => hostsOfSpec(one).includes(name)),
    ...routes.map(({ service, route }) => renderVirtualService(here, service, route)),
  ];
  const from = virtualServices
    .filter((one) => hostsOfSpec(one).length > 0)
    .map(({ metadata }) => metadata.namespace ?? "");
  const secrets = new Set(routes.flatMap(({ route }) => secretOf(mesh, route) ?? []));
  return [
    ...gateways.map((one) => needed(one, (live) => carries(hostsOfGateway(live, from), name))),
    ...virtualServices.map((one) =>
      // One without hosts is called by the host's own.
      needed(one, (live) => hostsOfSpec(one).length === 0 || carries(hostsOfSpec(live), name)),
    ),
    ...[...secrets].map((secret): NeededObject => ({
      apiVersion: "v1",
      kind: "Secret",
      namespace: istioNamespace,
      name: secret,
      serves: () => true,
      ...makerOf(mesh, secret),
    })),
  ];
}

function secretOf(mesh: Mesh, { tls }: Pick<Route, "tls">): string | undefined {
  const isAwaited = mesh.services.some(({ routes }) =>
    routes.some((route) => route.tls?.secretName === tls?.secretName && isChallenged(mesh, route)),
  );
  return isAwaited ? undefined : tls?.secretName;
}

function makerOf({ services, issuers }: Mesh, secret: string): Pick<NeededObject, "by" | "certificate"> {
  const tls = services
    .flatMap(({ routes }) => routes)
    .flatMap((route) => (route.tls?.secretName === secret && route.tls.issuer !== undefined ? [route.tls] : []))[0];
  if (tls === undefined) {
    return { by: "somebody" };
  }
  return issuers.some(({ name, isthmus }) => name === tls.issuer && isthmus !== undefined)
    ? { by: "isthmus" }
    : { by: "cert-manager", certificate: tls.certificate ?? secret };
}

function needed({ apiVersion, kind, metadata }: KubeObject, serves: NeededObject["serves"]): NeededObject {
  return { apiVersion, kind, namespace: metadata.namespace ?? "", name: metadata.name, serves, by: "isthmus" };
}

/**
 * The Secrets of certificates that cert-manager can get only when their names lead here: they are proven by http01,
 * and some of the names are published by isthmus, which it does after an apply. One name that leads nowhere keeps the whole certificate.
 */
export function secretsProvenByNames(mesh: Mesh): ReadonlySet<string> {
  const routes = mesh.services.flatMap((service) => service.routes);
  const published = new Set(
    routes.flatMap((route) => (route.dns?.via === "isthmus" ? (route.tls?.secretName ?? []) : [])),
  );
  const challenged = routes.flatMap((route) => (isChallenged(mesh, route) ? (route.tls?.secretName ?? []) : []));
  return new Set(challenged.filter((secret) => published.has(secret)));
}

/** True for a Certificate of such a Secret. */
export function isProvenByItsName(mesh: Mesh, { kind, spec }: KubeObject): boolean {
  const { secretName = "" } = (spec ?? {}) as { readonly secretName?: string };
  return kind === "Certificate" && secretsProvenByNames(mesh).has(secretName);
}

/**
 * The hosts that the Gateway has for VirtualServices of all these namespaces: one may be for a namespace alone, `.`
 * being its own (https://istio.io/latest/docs/reference/config/networking/gateway/#Server).
 */
function hostsOfGateway({ metadata, spec }: KubeObject, from: readonly string[]): readonly string[] {
  const { servers = [] } = (spec ?? {}) as { readonly servers?: readonly { readonly hosts?: readonly string[] }[] };
  return servers
    .flatMap(({ hosts = [] }) => hosts)
    .flatMap((host) => {
      const [name = "", scope = "*"] = host.split("/").toReversed();
      const namespace = scope === "." ? metadata.namespace : scope;
      return scope === "*" || from.every((one) => one === namespace) ? [name] : [];
    });
}

function hostsOfSpec({ spec }: KubeObject): readonly string[] {
  return ((spec ?? {}) as { readonly hosts?: readonly string[] }).hosts ?? [];
}

function carries(hosts: readonly string[], name: string): boolean {
  return hosts.map((host) => host.toLowerCase()).some((host) => host === name || standsFor(host, name));
}
