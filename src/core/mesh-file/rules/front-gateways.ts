import { challengeName, crossNetworkGatewayName, istioNamespace, readerTokenSecret } from "../../render/names.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import type { PlacedRoute } from "../walk-draft.ts";
import { frontGatewayNameOf, frontGatewayPathOf, isForSidecars, namespaceOf, routesOf } from "../walk-draft.ts";
import { findRepeated } from "./find-repeated.ts";

/** Gateways of the mesh file are what their routes make of them: one host has one way by HTTPS, and none of isthmus' own names is taken. */
export function checkFrontGateways(draft: MeshDraft): readonly Finding[] {
  const routes = routesOf(draft).filter(({ value }) => !isForSidecars(value));
  return [...checkHttpsHosts(routes), ...checkPlainAndHttps(routes), ...checkReservedNames(routes)];
}

/** Envoy takes a certificate by host name: https://github.com/istio/istio/blob/1.31.0/pilot/pkg/model/gateway.go (CheckDuplicates) skips the second server. */
function checkHttpsHosts(routes: readonly PlacedRoute[]): readonly Finding[] {
  const served = routes.flatMap((route) => {
    const gateway = frontGatewayNameOf(route.value);
    const secret = route.value.tls?.secretName;
    return gateway === undefined || secret === undefined
      ? []
      : itemsOf(route.value.hosts).map(([index, host]) => ({
          route,
          index,
          host: host.toLowerCase(),
          gateway,
          secret,
        }));
  });
  const firsts = new Map<string, (typeof served)[number]>();
  return served.flatMap((one): readonly Finding[] => {
    const first = firsts.get(one.host);
    if (first === undefined) {
      firsts.set(one.host, one);
      return [];
    }
    if (first.gateway === one.gateway && first.secret === one.secret) {
      return [];
    }
    const differs = first.secret === one.secret ? "gateway" : "secretName";
    return [
      {
        code: "ISM144",
        path: [...one.route.path, "hosts", one.index],
        detail: `${describePath(first.route.path)} serves ${one.host} by HTTPS through gateway ${first.gateway} with the Secret ${first.secret}, and here it is gateway ${one.gateway} with the Secret ${one.secret}. Port 443 has one certificate for a host; Istio would leave out one of the two with all of its hosts.`,
        other: [...first.route.path, "hosts", first.index],
        fix: `Give both routes the same ${differs === "gateway" ? "gateway" : "gateway and secretName"}.`,
      },
    ];
  });
}

function checkPlainAndHttps(routes: readonly PlacedRoute[]): readonly Finding[] {
  const inIstio = routes.filter(({ value, service }) => namespaceOf(service, value) === istioNamespace);
  const plain = inIstio.filter(({ value }) => !("tls" in value));
  return findRepeated([...plain, ...inIstio.filter(({ value }) => "tls" in value)], ({ value }) =>
    frontGatewayNameOf(value),
  )
    .filter(({ item, first }) => "tls" in item.value && !("tls" in first.value))
    .map(({ item, first }) => ({
      code: "ISM147",
      path: frontGatewayPathOf(item),
      detail: `${describePath(first.path)} names the Gateway ${istioNamespace}/${frontGatewayNameOf(item.value)} without tls, and this route with it. Both would answer at both ports of the Gateway.`,
      other: frontGatewayPathOf(first),
      fix: "Give the routes with tls and those without different gateways.",
    }));
}

/** Secrets of Istio and isthmus in the gateways' namespace, by what they hold. */
const ownSecrets: readonly (readonly [RegExp, string])[] = [
  [/^cacerts$/, "the certificate authority of the cluster"],
  [/^istio-ca-secret$/, "istiod's own certificate authority"],
  [/^istio-remote-secret-/, "access to another cluster"],
  [new RegExp(`^${readerTokenSecret}$`), "the token by which other clusters read this one"],
];

/** Gateways of isthmus in Istio's namespace, by what goes through them. */
const ownGateways: Readonly<Record<string, string | undefined>> = {
  [crossNetworkGatewayName]: "the clusters reach each other",
  [challengeName]: "http01 challenges are answered",
};

function checkReservedNames(routes: readonly PlacedRoute[]): readonly Finding[] {
  return routes.flatMap((one): readonly Finding[] => {
    const { value, service, path } = one;
    const own = ownSecrets.find(([name]) => name.test(value.tls?.secretName ?? ""));
    const purpose =
      namespaceOf(service, value) === istioNamespace ? ownGateways[frontGatewayNameOf(value) ?? ""] : undefined;
    return [
      ...(purpose === undefined
        ? []
        : [
            {
              code: "ISM146" as const,
              path: frontGatewayPathOf(one),
              detail: `${istioNamespace}/${frontGatewayNameOf(value)} is the Gateway through which ${purpose}, and the route would overwrite it.`,
              fix: "Give the route's gateway another name.",
            },
          ]),
      ...(own === undefined
        ? []
        : [
            {
              code: "ISM146" as const,
              path: [...path, "tls", "secretName"],
              detail: `The Secret ${istioNamespace}/${value.tls?.secretName} holds ${own[1]}, not the certificate of a host.`,
              fix: "Name a Secret of the route's own.",
            },
          ]),
    ];
  });
}
