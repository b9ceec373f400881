import type { KubeObject } from "../../core/model/kube-object.ts";
import type { CallOptions } from "../../kube/client.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import type { Project } from "./project.ts";
import type { Rancher } from "./rancher.ts";
import { projectIdField, projectName, rancherFieldManager } from "./rancher-names.ts";

/** Copies of project-scoped secrets (RANCHER nslabels/labels.go `ProjectScopedSecretAnnotation`). */
const scopedCopy = "secret.user.cattle.io/secret";

/** Namespaces of Kubernetes itself, the part of Rancher's setting system-namespaces that the double obeys. */
const systemNamespaces = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** The project of a namespace that is in none yet and that Rancher puts into one; undefined for all others. */
export function initialProjectOf(
  namespace: string,
  annotations: KubeObject["metadata"]["annotations"],
  id: string,
): string | undefined {
  const display = systemNamespaces.has(namespace) ? "System" : namespace === "default" ? "Default" : undefined;
  return display === undefined || annotations?.[projectIdField] !== undefined
    ? undefined
    : `${id}:${projectName(id, display)}`;
}

/**
 * The label that a namespace must have by its annotation (RANCHER
 * managementagent/nslabels/labels.go): the part behind the colon; "" for an
 * empty annotation. Undefined where the annotation is missing or says nothing
 * that Rancher understands: then the label is left alone.
 */
export function projectLabelOf(annotation: string | undefined): string | undefined {
  if (annotation === undefined || annotation === "") {
    return annotation;
  }
  const parts = annotation.split(":");
  return parts.length === 2 ? parts[1] : undefined;
}

/**
 * Brings a namespace's project label in line with its annotation. When the
 * label changes, every Secret of the namespace first gets the annotation too,
 * except copies of project-scoped ones, which are deleted. Gives the label.
 */
export async function syncNamespaceLabel(
  rancher: Rancher,
  cluster: RancherCluster,
  namespace: KubeObject,
  { signal }: CallOptions,
): Promise<string> {
  const { name, annotations = {}, labels = {} } = namespace.metadata;
  const options = { signal, fieldManager: rancherFieldManager };
  const reference = { apiVersion: "v1", kind: "Namespace", name };
  const initial = initialProjectOf(name, annotations, cluster.id);
  if (initial !== undefined) {
    await cluster.client.patchMerge(reference, { metadata: { annotations: { [projectIdField]: initial } } }, options);
  }
  const wanted = projectLabelOf(initial ?? annotations[projectIdField]);
  if (wanted === undefined || labels[projectIdField] === wanted) {
    return labels[projectIdField] ?? "";
  }
  await markSecrets(cluster, name, initial ?? annotations[projectIdField] ?? "", { signal });
  await cluster.client.patchMerge(reference, { metadata: { labels: { [projectIdField]: wanted } } }, options);
  rancher.log(`namespace ${cluster.id}/${name} is labelled with project ${JSON.stringify(wanted)}`);
  return wanted;
}

/** The project that a namespace is in; undefined for none, or one that is not there. */
export function projectOf(label: string, projects: readonly Project[]): Project | undefined {
  return projects.find((one) => one.name === label);
}

async function markSecrets(
  cluster: RancherCluster,
  namespace: string,
  projectId: string,
  { signal }: CallOptions,
): Promise<void> {
  const kind = { apiVersion: "v1", kind: "Secret" };
  for (const secret of await cluster.client.list({ ...kind, namespace }, { signal })) {
    const reference = { ...kind, namespace, name: secret.metadata.name };
    if (secret.metadata.annotations?.[scopedCopy] === "true") {
      await cluster.client.delete(reference, { signal });
    } else {
      await cluster.client.patchMerge(
        reference,
        { metadata: { annotations: { [projectIdField]: projectId } } },
        { signal, fieldManager: rancherFieldManager },
      );
    }
  }
}
