import type { CallOptions } from "../../kube/client.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import type { Project } from "./project.ts";
import { backingNamespaceOf, projectConditions, readProject } from "./project.ts";
import type { Rancher } from "./rancher.ts";
import { defaultProjectLabel, projectName, rancherFieldManager, systemProjectLabel } from "./rancher-names.ts";
import { readRelease } from "./settings.ts";

const apiVersion = "management.cattle.io/v3";

/** The two projects that every cluster has from the start (RANCHER auth/project_cluster_handler.go). */
const standardProjects = [
  { displayName: "Default", description: "Default project created for the cluster", label: defaultProjectLabel },
  { displayName: "System", description: "System project created for the cluster", label: systemProjectLabel },
];

/** Makes a cluster's projects Default and System. What somebody changed of them stays. */
export async function applyStandardProjects(
  rancher: Rancher,
  cluster: RancherCluster,
  { signal }: CallOptions,
): Promise<void> {
  for (const { displayName, description, label } of standardProjects) {
    await rancher.local.client.apply(
      {
        apiVersion,
        kind: "Project",
        metadata: {
          name: projectName(cluster.id, displayName),
          namespace: cluster.id,
          labels: { [label]: "true" },
        },
        spec: { displayName, description, clusterName: cluster.id },
      },
      { signal, fieldManager: rancherFieldManager, force: true },
    );
  }
}

/**
 * The projects of a cluster. One that is new first gets what Rancher gives it:
 * a backing namespace, by the version's rule, and the conditions of a project
 * that is done (WEBHOOK project/mutator.go, RANCHER project_cluster_handler.go).
 */
export async function syncProjects(
  rancher: Rancher,
  cluster: RancherCluster,
  { signal }: CallOptions,
): Promise<readonly Project[]> {
  const { client } = rancher.local;
  const objects = await client.list({ apiVersion, kind: "Project", namespace: cluster.id }, { signal });
  const projects = objects.filter((one) => one.metadata["deletionTimestamp"] === undefined).map(readProject);
  for (const project of projects.filter((one) => one.backingNamespace === "")) {
    const release = await readRelease(rancher, { signal });
    const backingNamespace = backingNamespaceOf(cluster.id, project.name, release);
    const options = { signal, fieldManager: rancherFieldManager };
    await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: backingNamespace } }, options);
    await client.patchMerge(
      { apiVersion, kind: "Project", namespace: cluster.id, name: project.name },
      { status: { backingNamespace, conditions: projectConditions(rancher.now()) } },
      options,
    );
    rancher.log(`project ${cluster.id}:${project.name} has the namespace ${backingNamespace}`);
  }
  return projects;
}
