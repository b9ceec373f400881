import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { meshAt } from "../routing/routes-at.ts";
import { renderApiGateways } from "./api-gateway.ts";
import { cacertsOf } from "./cacerts.ts";
import { renderCertificates, renderClusterIssuers } from "./certificate.ts";
import { renderCrossNetworkGateway } from "./cross-network-gateway.ts";
import { hasDestinationRule, renderDestinationRule } from "./destination-rule.ts";
import { renderDrainPolicies, renderElsewhereRoute } from "./drain.ts";
import { isPublished, renderFrontGateways } from "./front-gateway.ts";
import { renderFrontDoorSecrets } from "./front-door-secret.ts";
import { renderRoute } from "./gateway-route.ts";
import { installMethods } from "./install-methods.ts";
import type { Rendered } from "./known-after-apply.ts";
import { renderLimitRange } from "./limit-range.ts";
import { renderHostRoutes } from "./host-routes.ts";
import { renderChallengeRoutes } from "./http01.ts";
import type { Materials } from "./materials.ts";
import { noMaterials, serviceKey } from "./materials.ts";
import { renderNamespaces } from "./namespace.ts";
import { renderNetworkPolicies } from "./network-policy.ts";
import type { PlacedObject, Placing } from "./place-objects.ts";
import { findClashes, placeAll } from "./place-objects.ts";
import { renderPodSecurityPolicies } from "./pod-security.ts";
import { renderProjects } from "./project.ts";
import { remoteSecretOf, renderReaderToken } from "./remote-secret.ts";
import { renderSessionFilter } from "./sessions.ts";
import { renderServiceManifests } from "./service-manifests.ts";
import { renderVersionServices } from "./version-service.ts";
import type { Wave } from "./waves.ts";

export interface RenderedCluster {
  readonly cluster: string;
  /** In the order of waves, then kind, namespace and name. No two have the same id. */
  readonly objects: readonly PlacedObject[];
}

/** Everything that isthmus owns: in the clusters, and in the cluster that Rancher itself runs in. */
export interface RenderedMesh {
  /** For Rancher's local cluster; empty without `spec.rancher.project`. */
  readonly rancherLocal: readonly PlacedObject[];
  /** In the order of the mesh file. */
  readonly clusters: readonly RenderedCluster[];
}

/** Every object that isthmus owns. Pure: the same mesh and materials give byte-equal output. */
export function renderMesh(mesh: Mesh, materials: Materials): RenderedMesh {
  return {
    rancherLocal: renderRancherLocal(mesh),
    clusters: mesh.clusters.map((cluster) => renderCluster(mesh, cluster, materials)),
  };
}

/** What belongs into Rancher's local cluster. */
export function renderRancherLocal(mesh: Mesh): readonly PlacedObject[] {
  return placeAll(mesh, inWave("projects", renderProjects(mesh)), noMaterials);
}

/** Everything that isthmus owns in one cluster. Throws a UserError (65) when two different objects would have one identity. */
export function renderCluster(mesh: Mesh, cluster: Cluster, materials: Materials): RenderedCluster {
  return { cluster: cluster.name, objects: placeAll(mesh, objectsOf(mesh, cluster, materials), materials) };
}

/** Objects of one identity and different content, without those of Istio's own manifests; each once, over all clusters. */
export function findMeshClashes(mesh: Mesh, materials: Materials): readonly Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  const looked = new Set<string>();
  for (const cluster of mesh.clusters) {
    // Of a large fleet many clusters get the same objects.
    const key = JSON.stringify([
      mesh.services.map(({ versions }) => versions.map(({ clusters }) => clusters.includes(cluster.name))),
      meshAt(mesh, cluster) === mesh ? "" : cluster.region,
    ]);
    if (looked.has(key)) {
      continue;
    }
    looked.add(key);
    for (const one of findClashes(mesh, objectsOf(mesh, cluster, materials), materials)) {
      found.set(JSON.stringify(one), one);
    }
  }
  return [...found.values()];
}

function objectsOf(mesh: Mesh, cluster: Cluster, materials: Materials): Placing[] {
  const others = mesh.clusters.filter((other) => other.name !== cluster.name);
  // Routes that are limited to regions are in the clusters of these regions only.
  const here = meshAt(mesh, cluster);
  const gateways = renderFrontGateways(mesh, cluster, materials);
  const method = installMethods[mesh.istio.install];
  return [
    ...inWave("namespaces", [
      ...renderNamespaces(mesh, cluster, materials),
      ...renderLimitRange(mesh),
      ...renderPodSecurityPolicies(mesh),
      ...renderNetworkPolicies(mesh, cluster, materials),
    ]),
    ...renderedIn("cacerts", trustOf(mesh, cluster, materials)),
    ...method.objects(mesh, cluster, materials),
    ...(others.length === 0 || mesh.access.credentials === "rancherToken"
      ? []
      : inWave(method.readerToken, [renderReaderToken()])),
    ...inWave("gateways", [renderCrossNetworkGateway(mesh, cluster, materials)]),
    ...renderedIn(
      "join",
      others.map((other) =>
        remoteSecretOf(other, materials.remoteCredentials[cluster.name]?.[other.name], cluster.name),
      ),
    ),
    ...mesh.services.flatMap((service) => servicesOf(service, cluster, materials)),
    ...renderedIn(
      "destinations",
      gateways.filter(({ object }) => !isPublished(object)),
    ),
    ...inWave("destinations", [
      ...mesh.services.filter(hasDestinationRule).map((service) => renderDestinationRule(mesh, service, cluster)),
      ...mesh.services.flatMap((service) => renderDrainPolicies(service, cluster)),
      // Before the routes: one that is to lose its hosts is tried by the host's own VirtualService from the same moment on.
      ...renderHostRoutes(here),
      ...renderApiGateways(mesh),
    ]),
    ...here.services.flatMap((service) => inWave("routes", routesOf(here, service, cluster))),
    ...renderedIn("front-doors", [
      // Before the names that lead to them are published, and the certificates that ask for them.
      ...renderChallengeRoutes(mesh, here, materials),
      ...[...renderClusterIssuers(mesh), ...renderCertificates(mesh, cluster)].map((object) => ({ object })),
      ...renderFrontDoorSecrets(mesh, cluster, materials),
      ...gateways.filter(({ object }) => isPublished(object)),
    ]),
  ];
}

function servicesOf(service: Service, cluster: Cluster, { serviceManifests }: Materials): Placing[] {
  const manifests = serviceManifests[serviceKey(service)] ?? [];
  return [
    ...renderServiceManifests(service, cluster, manifests).map(({ object, source }): Placing => [
      "services",
      object,
      source,
    ]),
    ...inWave("services", renderVersionServices(service, manifests)),
  ];
}

function routesOf(here: Mesh, service: Service, cluster: Cluster): readonly KubeObject[] {
  return [
    ...service.routes.map((route) => renderRoute(here, service, route)),
    ...renderSessionFilter(here, service),
    ...renderElsewhereRoute(here, service, cluster),
  ];
}

/** What istiod signs with; whoever installs Istio gives it that. */
function trustOf(mesh: Mesh, cluster: Cluster, { authorities }: Materials): readonly Rendered[] {
  return mesh.istio.install === "existing" ? [] : [cacertsOf(cluster, authorities[cluster.name])];
}

function inWave(wave: Wave, objects: readonly KubeObject[]): Placing[] {
  return objects.map((object) => [wave, object] as const);
}

function renderedIn(wave: Wave, all: readonly Rendered[]): Placing[] {
  return all.map(({ object, knownAfterApply }) => [wave, object, undefined, knownAfterApply] as const);
}
