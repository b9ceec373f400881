import type { CallOptions } from "../../kube/client.ts";
import type { KubeObject, Json } from "../../core/model/kube-object.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import { describeIstio } from "../operations/kubeconfig.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import type { Rancher } from "./rancher.ts";
import { localClusterId, rancherFieldManager, sandboxAnnotation } from "./rancher-names.ts";

const apiVersion = "management.cattle.io/v3";

/** Fields of a `management.cattle.io/v3` Cluster that the double reads. */
export interface ManagementCluster {
  readonly id: string;
  readonly uid: string;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly displayName: string;
  readonly description: string;
  readonly internal: boolean;
  readonly enableNetworkPolicy: boolean;
  readonly status: Readonly<Record<string, Json>>;
}

/** The management Clusters of Rancher's own cluster, `local` among them. */
export async function listManagementClusters(
  rancher: Rancher,
  { signal }: CallOptions,
): Promise<readonly ManagementCluster[]> {
  const objects = await rancher.local.client.list({ apiVersion, kind: "Cluster" }, { signal });
  return objects.map(readCluster);
}

/** One management Cluster; undefined where there is none with this id. */
export async function findManagementCluster(
  rancher: Rancher,
  id: string,
  { signal }: CallOptions,
): Promise<ManagementCluster | undefined> {
  const object = await rancher.local.client.get({ apiVersion, kind: "Cluster", name: id }, { signal });
  return object === undefined ? undefined : readCluster(object);
}

/**
 * Makes a cluster known to Rancher: its namespace in Rancher's own cluster and
 * its management Cluster, with the sandbox's mark. What others set of it
 * (`spec.enableNetworkPolicy`) stays.
 */
export async function applyManagementCluster(
  rancher: Rancher,
  cluster: RancherCluster,
  { signal }: CallOptions,
): Promise<void> {
  const options = { signal, force: true, fieldManager: rancherFieldManager };
  const { client } = rancher.local;
  await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: cluster.id } }, options);
  const local = cluster.id === localClusterId;
  await client.apply(
    {
      apiVersion,
      kind: "Cluster",
      metadata: {
        name: cluster.id,
        annotations: local
          ? {}
          : { [sandboxAnnotation]: JSON.stringify(describeIstio(rancher.instance, rancher.engine)) },
      },
      spec: { displayName: cluster.name, internal: local },
    },
    options,
  );
}

/** Writes a part of a management Cluster's status. */
export async function patchClusterStatus(
  rancher: Rancher,
  id: string,
  status: Readonly<Record<string, Json>>,
  { signal }: CallOptions,
): Promise<void> {
  await rancher.local.client.patchMerge(
    { apiVersion, kind: "Cluster", name: id },
    { status },
    { signal, fieldManager: rancherFieldManager },
  );
}

function readCluster(object: KubeObject): ManagementCluster {
  const { metadata } = object;
  const spec = isRecord(object["spec"]) ? object["spec"] : {};
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return {
    id: metadata.name,
    uid: text(metadata["uid"]),
    createdAt: text(metadata["creationTimestamp"]),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    displayName: text(spec["displayName"]),
    description: text(spec["description"]),
    internal: spec["internal"] === true,
    enableNetworkPolicy: spec["enableNetworkPolicy"] === true,
    status: isRecord(object["status"]) ? (object["status"] as Readonly<Record<string, Json>>) : {},
  };
}
