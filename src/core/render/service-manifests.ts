import type { Assignment } from "../manifests/assign-versions.ts";
import { assignVersions } from "../manifests/assign-versions.ts";
import type { KubeObject, ObjectMeta } from "../model/kube-object.ts";
import type { Cluster, Service } from "../model/mesh.ts";
import { isClusterScoped } from "../model/scope.ts";

/**
 * The objects of a service's manifests that belong on one cluster: those of a
 * version (`assignVersions`) go where that version runs, the rest everywhere.
 * Objects without a namespace get the service's.
 */
export function renderServiceManifests(
  service: Service,
  cluster: Cluster,
  manifests: readonly KubeObject[],
): RenderedManifest[] {
  const assigned = assignmentsOf(service, manifests);
  return manifests
    .filter((object) => belongsOn(assigned, cluster, object))
    .map((source) => ({ object: inNamespace(service, source, manifests), source }));
}

export interface RenderedManifest {
  readonly object: KubeObject;
  /** The object as it was read. */
  readonly source: KubeObject;
}

function belongsOn(assigned: ReadonlyMap<KubeObject, Assignment>, cluster: Cluster, object: KubeObject): boolean {
  const versions = assigned.get(object)?.versions ?? [];
  return versions.length === 0 || versions.some((version) => version.clusters.includes(cluster.name));
}

/** Once for all clusters. */
function assignmentsOf(service: Service, manifests: readonly KubeObject[]): ReadonlyMap<KubeObject, Assignment> {
  const known = assignments.get(service);
  if (known?.manifests === manifests) {
    return known.assigned;
  }
  const assigned = assignVersions(service, manifests);
  assignments.set(service, { manifests, assigned });
  return assigned;
}

const assignments = new WeakMap<
  Service,
  { readonly manifests: readonly KubeObject[]; readonly assigned: ReadonlyMap<KubeObject, Assignment> }
>();

function inNamespace(service: Service, object: KubeObject, manifests: readonly KubeObject[]): KubeObject {
  const known = placed.get(object);
  if (object.metadata.namespace !== undefined || known?.metadata.namespace === service.namespace) {
    return known ?? object;
  }
  if (isClusterScoped(object, manifests)) {
    return object;
  }
  const metadata: ObjectMeta = { ...object.metadata, namespace: service.namespace };
  const found = { ...object, metadata };
  placed.set(object, found);
  return found;
}

/** By object, so that it is one in all clusters that have it. */
const placed = new WeakMap<KubeObject, KubeObject>();
