import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, ContainerDefaults, Mesh, RancherSettings } from "../model/mesh.ts";
import { istioNamespace } from "./names.ts";
import { divideQuantity } from "./quantity.ts";

/** The project's name is a label's value on its namespaces. */
const longestLabel = 63;

type Project = NonNullable<RancherSettings["project"]>;

/**
 * The Rancher project of a cluster, one per cluster that is reached through
 * Rancher, in the namespace of Rancher's local cluster that has the cluster's
 * ID. Its displayName is what the mesh file says; its own name carries the
 * cluster's ID, because before Rancher 2.12 a project's backing namespace has
 * the project's name, and two projects of one name would share it (docs/guides/from-the-runbook.md, S4; docs/rancher-double.md).
 */
export function renderProjects(mesh: Mesh): KubeObject[] {
  const project = mesh.rancher?.project;
  if (project === undefined) {
    return [];
  }
  return mesh.clusters.flatMap((cluster) => {
    const place = projectOf(mesh, cluster);
    return place === undefined ? [] : [renderProject(mesh, project, place)];
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

function renderProject(mesh: Mesh, project: Project, place: ProjectPlace): KubeObject {
  return {
    apiVersion: "management.cattle.io/v3",
    kind: "Project",
    metadata: { name: place.name, namespace: place.clusterId },
    spec: {
      clusterName: place.clusterId,
      displayName: project.name,
      ...(project.description === undefined ? {} : { description: project.description }),
      ...quotas(mesh),
      ...(project.containerDefaults === undefined
        ? {}
        : { containerDefaultResourceLimit: containerDefaults(project.containerDefaults) }),
    },
  };
}

/** Rancher takes both or none (docs/rancher-double.md); a namespace without a quota of its own gets the second. */
function quotas(mesh: Mesh): { readonly [key: string]: Json } {
  const whole = mesh.rancher?.project?.quota;
  const share = namespaceQuota(mesh);
  return whole === undefined || share === undefined
    ? {}
    : { resourceQuota: { limit: { ...whole } }, namespaceDefaultResourceQuota: { limit: { ...share } } };
}

/**
 * What each namespace of the project gets of its quota: equal parts. The
 * quotas of a project's namespaces may not add up to more than the project's;
 * where they do, Rancher sets those that came too late to zero and no pod
 * starts there (docs/rancher-double.md). The runbook gives the whole to istio-system, which
 * leaves nothing for the namespace of its service.
 */
export function namespaceQuota(mesh: Mesh): Readonly<Record<string, string>> | undefined {
  const whole = mesh.rancher?.project?.quota;
  if (whole === undefined) {
    return undefined;
  }
  const parts = new Set([istioNamespace, ...mesh.services.map((service) => service.namespace)]).size;
  return Object.fromEntries(Object.entries(whole).map(([key, quantity]) => [key, divideQuantity(quantity, parts)]));
}

function containerDefaults(defaults: ContainerDefaults): { readonly [key: string]: Json } {
  return Object.fromEntries(Object.entries(defaults).filter(([, value]) => value !== undefined));
}
