import type { KubeObject, ObjectMeta } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { renderCacerts } from "./cacerts.ts";
import { renderCertificates, renderClusterIssuers } from "./certificate.ts";
import { renderCrossNetworkGateway } from "./cross-network-gateway.ts";
import { renderDestinationRule } from "./destination-rule.ts";
import { isPublished, renderFrontGateways } from "./front-gateway.ts";
import { placeIstioObject } from "./istio-manifests.ts";
import { renderLimitRange } from "./limit-range.ts";
import type { Materials } from "./materials.ts";
import { serviceKey } from "./materials.ts";
import { meshLabel } from "./names.ts";
import { renderNamespaces } from "./namespace.ts";
import { renderNetworkPolicies } from "./network-policy.ts";
import { renderOperatorInstall } from "./operator.ts";
import { compareText, rankOf } from "./order.ts";
import { renderPodSecurityPolicies } from "./pod-security.ts";
import { renderProjects } from "./project.ts";
import { renderRancherApp } from "./rancher-app.ts";
import { renderReaderToken, renderRemoteSecret } from "./remote-secret.ts";
import { renderServiceManifests } from "./service-manifests.ts";
import { hasUnknown } from "./unknown.ts";
import { renderVirtualService } from "./virtual-service.ts";
import type { Wave } from "./waves.ts";
import { waves } from "./waves.ts";

/** An object and the wave that applies it. */
export interface PlacedObject {
  readonly wave: Wave;
  readonly object: KubeObject;
  /** True when some value is made only by an apply (a key, another cluster's token). */
  readonly knownAfterApply: boolean;
}

export interface RenderedCluster {
  readonly cluster: string;
  /** In the order of waves, then kind, namespace and name. No two have the same id. */
  readonly objects: readonly PlacedObject[];
}

/** Everything that isthmus owns: in the clusters, and in the cluster that Rancher itself runs in. */
export interface RenderedMesh {
  /** For Rancher's local cluster; empty without `spec.rancher.project`. */
  readonly management: readonly PlacedObject[];
  /** In the order of the mesh file. */
  readonly clusters: readonly RenderedCluster[];
}

/** Every object that isthmus owns. Pure: the same mesh and materials give byte-equal output. */
export function renderMesh(mesh: Mesh, materials: Materials): RenderedMesh {
  return {
    management: renderManagement(mesh),
    clusters: mesh.clusters.map((cluster) => renderCluster(mesh, cluster, materials)),
  };
}

/** What belongs into Rancher's local cluster. */
export function renderManagement(mesh: Mesh): readonly PlacedObject[] {
  return placeAll(mesh, inWave("projects", renderProjects(mesh)));
}

/** Everything that isthmus owns in one cluster. */
export function renderCluster(mesh: Mesh, cluster: Cluster, materials: Materials): RenderedCluster {
  return { cluster: cluster.name, objects: placeAll(mesh, objectsOf(mesh, cluster, materials)) };
}

type Placed = readonly [Wave, KubeObject];

function objectsOf(mesh: Mesh, cluster: Cluster, materials: Materials): Placed[] {
  const others = mesh.clusters.filter((other) => other.name !== cluster.name);
  const gateways = renderFrontGateways(mesh, materials);
  return [
    ...inWave("namespaces", [
      ...renderNamespaces(mesh, cluster),
      ...renderLimitRange(mesh),
      ...renderPodSecurityPolicies(mesh),
      ...renderNetworkPolicies(mesh, cluster, materials),
    ]),
    ...inWave("cacerts", [renderCacerts(cluster, materials.authorities[cluster.name])]),
    ...installIstio(mesh, cluster, materials),
    ...(others.length === 0 || mesh.access.credentials === "rancherToken" ? [] : [readerToken(mesh)]),
    ...inWave("gateways", [renderCrossNetworkGateway(mesh)]),
    ...inWave(
      "join",
      others.map((other) => renderRemoteSecret(other, materials.remoteCredentials[cluster.name]?.[other.name])),
    ),
    ...mesh.services.flatMap((service) =>
      inWave(
        "services",
        renderServiceManifests(service, cluster, materials.serviceManifests[serviceKey(service)] ?? []),
      ),
    ),
    ...inWave("destinations", [
      ...gateways.filter((gateway) => !isPublished(gateway)),
      ...mesh.services
        .filter((service) => service.versions.length > 0)
        .map((service) => renderDestinationRule(mesh, service)),
    ]),
    ...mesh.services.flatMap((service) =>
      inWave(
        "routes",
        service.routes.map((route) => renderVirtualService(mesh, service, route)),
      ),
    ),
    ...inWave("front-doors", [
      ...renderClusterIssuers(mesh),
      ...renderCertificates(mesh),
      ...gateways.filter((gateway) => isPublished(gateway)),
    ]),
  ];
}

/** Istio itself, in the way that the mesh asks for. */
function installIstio(mesh: Mesh, cluster: Cluster, materials: Materials): Placed[] {
  const platform = materials.platforms[cluster.name] ?? { values: {} };
  switch (mesh.istio.install) {
    case "operator":
      return renderOperatorInstall(mesh, cluster, platform);
    case "rancher":
      return renderRancherApp(mesh, cluster, platform);
    case "istioctl":
    case "helm":
      return (materials.istioManifests[cluster.name] ?? []).map(placeIstioObject);
  }
}

/**
 * Kubernetes takes a token's Secret away when its account is not there, and
 * the account comes with Istio's manifests: in the same wave where isthmus
 * applies them, and with the control plane where something else does.
 */
function readerToken(mesh: Mesh): Placed {
  const applied = mesh.istio.install === "istioctl" || mesh.istio.install === "helm";
  return [applied ? "definitions" : "gateways", renderReaderToken()];
}

function inWave(wave: Wave, objects: readonly KubeObject[]): Placed[] {
  return objects.map((object) => [wave, object] as const);
}

function placeAll(mesh: Mesh, placed: readonly Placed[]): PlacedObject[] {
  const byKey = new Map<string, PlacedObject>();
  for (const [wave, object] of placed) {
    const key = keyOf(idOf(object));
    // The first one wins: what Istio's renderer gives twice is the same, and what isthmus renders comes first.
    if (!byKey.has(key)) {
      byKey.set(key, place(mesh, wave, object));
    }
  }
  return [...byKey]
    .map(([key, one]) => ({ one, key, wave: waves.indexOf(one.wave), rank: rankOf(one.object.kind) }))
    .sort((a, b) => a.wave - b.wave || a.rank - b.rank || compareText(a.key, b.key))
    .map(({ one }) => one);
}

/** What is the same in several clusters is placed once: remote secrets and the objects of services are most of a fleet. */
function place(mesh: Mesh, wave: Wave, object: KubeObject): PlacedObject {
  const known = placedBy.get(mesh) ?? new WeakMap<KubeObject, PlacedObject>();
  placedBy.set(mesh, known);
  const found = known.get(object);
  if (found?.wave === wave) {
    return found;
  }
  const placed = { wave, object: withMeshLabel(mesh, object), knownAfterApply: hasUnknown(object) };
  known.set(object, placed);
  return placed;
}

const placedBy = new WeakMap<Mesh, WeakMap<KubeObject, PlacedObject>>();

/** The object with the label by which everything of a mesh is found. */
export function withMeshLabel(mesh: Mesh, object: KubeObject): KubeObject {
  const metadata: ObjectMeta = {
    ...object.metadata,
    labels: { ...object.metadata.labels, [meshLabel]: mesh.name },
  };
  return { ...object, metadata };
}
