import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, ContainerDefaults, Mesh, RancherSettings } from "../model/mesh.ts";

/** The project's name is a label's value on its namespaces. */
const longestLabel = 63;

type Project = NonNullable<RancherSettings["project"]>;

/**
 * The Rancher project of a cluster, one per cluster that is reached through
 * Rancher, in the namespace of Rancher's local cluster that has the cluster's
 * ID. Its displayName is what the mesh file says; its own name carries the
 * cluster's ID, because before Rancher 2.12 a project's backing namespace has
 * the project's name, and two projects of one name would share it (facts S4, 1.2).
 */
export function renderProjects(mesh: Mesh): KubeObject[] {
  const project = mesh.rancher?.project;
  if (project === undefined) {
    return [];
  }
  return mesh.clusters.flatMap((cluster) => {
    const place = projectOf(mesh, cluster);
    return place === undefined ? [] : [renderProject(project, place)];
  });
}

/** Where a cluster's namespaces belong in Rancher. */
export interface ProjectPlace {
  readonly clusterId: string;
  /** The Project's metadata.name. */
  readonly name: string;
  /** What `field.cattle.io/projectId` says. */
  readonly id: string;
}

/** The project of a cluster; undefined where the mesh asks for none, and for clusters that Rancher does not reach. */
export function projectOf(mesh: Mesh, cluster: Cluster): ProjectPlace | undefined {
  const project = mesh.rancher?.project;
  if (project === undefined || cluster.access.kind !== "rancher") {
    return undefined;
  }
  const clusterId = cluster.access.rancherId;
  const name = `${project.name.slice(0, longestLabel - clusterId.length - 1).replace(/-+$/, "")}-${clusterId}`;
  return { clusterId, name, id: `${clusterId}:${name}` };
}

function renderProject(project: Project, place: ProjectPlace): KubeObject {
  return {
    apiVersion: "management.cattle.io/v3",
    kind: "Project",
    metadata: { name: place.name, namespace: place.clusterId },
    spec: {
      clusterName: place.clusterId,
      displayName: project.name,
      ...(project.description === undefined ? {} : { description: project.description }),
      ...quotas(project.quota),
      ...(project.containerDefaults === undefined
        ? {}
        : { containerDefaultResourceLimit: containerDefaults(project.containerDefaults) }),
    },
  };
}

/** Rancher takes both or none (facts 1.1); a namespace without a quota of its own gets the second. */
function quotas(quota: Project["quota"]): { readonly [key: string]: Json } {
  return quota === undefined
    ? {}
    : { resourceQuota: { limit: { ...quota } }, namespaceDefaultResourceQuota: { limit: { ...quota } } };
}

function containerDefaults(defaults: ContainerDefaults): { readonly [key: string]: Json } {
  return Object.fromEntries(Object.entries(defaults).filter(([, value]) => value !== undefined));
}
