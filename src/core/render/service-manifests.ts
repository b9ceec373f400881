import type { KubeObject, ObjectMeta } from "../model/kube-object.ts";
import type { Cluster, Service } from "../model/mesh.ts";
import { clusterScopedKinds } from "../model/scope.ts";

/**
 * The objects of a service's manifests that belong on one cluster: those that
 * carry a version's labels go where that version runs, the rest everywhere
 * (contract/mesh-file.md, `manifests`). Objects without a namespace get the service's.
 */
export function renderServiceManifests(
  service: Service,
  cluster: Cluster,
  manifests: readonly KubeObject[],
): RenderedManifest[] {
  return manifests
    .filter((object) => belongsOn(service, cluster, object))
    .map((source) => ({ object: inNamespace(service, source), source }));
}

export interface RenderedManifest {
  readonly object: KubeObject;
  /** The object as it was read. */
  readonly source: KubeObject;
}

function belongsOn(service: Service, cluster: Cluster, object: KubeObject): boolean {
  const labels = object.metadata.labels ?? {};
  const matching = service.versions.filter((version) =>
    Object.entries(version.labels).every(([key, value]) => labels[key] === value),
  );
  return matching.length === 0 || matching.some((version) => version.clusters.includes(cluster.name));
}

function inNamespace(service: Service, object: KubeObject): KubeObject {
  if (object.metadata.namespace !== undefined || clusterScopedKinds.has(object.kind)) {
    return object;
  }
  const known = placed.get(object);
  if (known?.metadata.namespace === service.namespace) {
    return known;
  }
  const metadata: ObjectMeta = { ...object.metadata, namespace: service.namespace };
  const found = { ...object, metadata };
  placed.set(object, found);
  return found;
}

/** By object, so that it is one in all clusters that have it. */
const placed = new WeakMap<KubeObject, KubeObject>();
