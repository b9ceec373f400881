import type { AcmeIssuer, MeshOutline } from "../../core/checks/facts.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";
import type { Json } from "../../core/model/kube-object.ts";
import type { Mesh, Route, RouteMatch, RouteVerification, Service } from "../../core/model/mesh.ts";
import { routeSettingNames } from "../../core/model/route-settings.ts";
import { needsCni } from "../../core/render/pod-security.ts";
import { Secret } from "../../core/secret.ts";

/**
 * What checks go by of a mesh file of that name. Routes are without what a
 * token or a key can be in and no check looks at: their settings but `redirect`
 * and `mirror`, and the query of a proof; values of query parameters and of a
 * proof's headers are fingerprints. Two routes for the same requests still are.
 */
export function outlineOf(mesh: Mesh, file: string): MeshOutline {
  return {
    name: mesh.name,
    ...(meshFileWords(file).length === 0 ? {} : { file }),
    clusters: mesh.clusters,
    services: mesh.services.map((service): Service => ({ ...service, routes: service.routes.map(outlineOfRoute) })),
    istioVersion: mesh.istio.version,
    ...(mesh.istio.install === "existing" ? { install: "existing" as const } : {}),
    ...(mesh.istio.install !== "existing" && needsCni(mesh) ? { istioCni: true as const } : {}),
    ...acmeIssuersOf(mesh),
    ...ownIssuersOf(mesh),
    ...(mesh.dns?.ttlSeconds === undefined ? {} : { dnsTtlSeconds: mesh.dns.ttlSeconds }),
    http01Issuers: mesh.issuers.filter((one) => one.acme?.http01 !== undefined).map((one) => one.name),
  };
}

/** Without accounts, and of a solver without anything that a reference to a Secret could be in. */
function acmeIssuersOf({ issuers, services }: Mesh): Pick<MeshOutline, "acmeIssuers"> {
  const used = new Set(services.flatMap(({ routes }) => routes).map(({ tls }) => tls?.issuer));
  const all = issuers.flatMap(({ name, acme }): readonly AcmeIssuer[] => {
    if (acme === undefined || !used.has(name)) {
      return [];
    }
    const dns01 = dnsSolverOf(acme.dns01);
    return [
      {
        name,
        server: acme.server,
        ...(acme.waitInsteadOfSelfCheckSeconds === undefined ? {} : { uncheckedChallenges: true }),
        ...(acme.http01 === undefined ? {} : { http01: true }),
        ...(dns01 === undefined ? {} : { dns01 }),
      },
    ];
  });
  return all.length === 0 ? {} : { acmeIssuers: all };
}

/** cert-manager's settings are `{ <provider>: { … } }`, with `cnameStrategy` beside (https://cert-manager.io/docs/configuration/acme/dns01/). */
function dnsSolverOf(dns01: Json | undefined): AcmeIssuer["dns01"] {
  const [entry] = Object.entries((dns01 ?? {}) as Readonly<Record<string, Json>>).filter(
    ([name]) => name !== "cnameStrategy",
  );
  if (entry === undefined) {
    return undefined;
  }
  const [provider, settings] = entry;
  if (provider !== "rfc2136") {
    return { provider };
  }
  const { nameserver, protocol } = (settings ?? {}) as { readonly nameserver?: Json; readonly protocol?: Json };
  return {
    provider,
    ...(typeof nameserver === "string" ? { nameserver } : {}),
    protocol: protocol === "TCP" ? "TCP" : "UDP",
  };
}

function ownIssuersOf({ issuers }: Mesh): Pick<MeshOutline, "ownIssuers"> {
  const own = issuers.flatMap(({ name, isthmus }) => (isthmus === undefined ? [] : [[name, isthmus] as const]));
  return own.length === 0
    ? {}
    : {
        ownIssuers: Object.fromEntries(
          own.map(([name, { server, renewBeforeSeconds }]) => [
            name,
            { server, ...(renewBeforeSeconds === undefined ? {} : { renewBeforeSeconds }) },
          ]),
        ),
      };
}

const kept: ReadonlySet<string> = new Set(["redirect", "mirror"]);
const leftOut: ReadonlySet<string> = new Set(routeSettingNames.filter((name) => !kept.has(name)));

function outlineOfRoute({ verify, ...route }: Route): Route {
  const { match, ...rest } = Object.fromEntries(
    Object.entries(route).filter(([name]) => !leftOut.has(name)),
  ) as unknown as Route;
  return {
    ...rest,
    match: outlineOfMatch(match),
    ...(verify === undefined ? {} : { verify: outlineOfVerification(verify) }),
  };
}

function outlineOfMatch({ queryParams, ...match }: RouteMatch): RouteMatch {
  return queryParams === undefined
    ? match
    : {
        ...match,
        queryParams: Object.fromEntries(
          Object.entries(queryParams).map(([name, { kind, value }]) => [name, { kind, value: fingerprintOf(value) }]),
        ),
      };
}

function outlineOfVerification({ path, headers, ...verify }: RouteVerification): RouteVerification {
  return {
    ...verify,
    ...(path === undefined ? {} : { path: path.replace(/\?.*$/s, "") }),
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [
              name,
              typeof value === "string" ? fingerprintOf(value) : value,
            ]),
          ),
        }),
  };
}

function fingerprintOf(value: string): string {
  return new Secret(value).fingerprint();
}
