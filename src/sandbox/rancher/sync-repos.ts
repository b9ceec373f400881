import type { CallOptions } from "../../kube/client.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import type { Rancher } from "./rancher.ts";
import { rancherFieldManager } from "./rancher-names.ts";
import { formatTime } from "./v3-resource.ts";

const apiVersion = "catalog.cattle.io/v1";

/**
 * Says of every ClusterRepo that its index is downloaded, as Rancher does once
 * it is (RANCHER controllers/dashboard/helm/repo.go). The double downloads
 * nothing: the one chart that it has is part of it.
 */
export async function syncRepos(rancher: Rancher, cluster: RancherCluster, { signal }: CallOptions): Promise<void> {
  const repos = await cluster.client.list({ apiVersion, kind: "ClusterRepo" }, { signal });
  const fresh = repos.filter((repo) => !isRecord(repo["status"]) || repo["status"]["conditions"] === undefined);
  for (const { metadata } of fresh) {
    await cluster.client.patchMerge(
      { apiVersion, kind: "ClusterRepo", name: metadata.name },
      {
        status: {
          conditions: [{ type: "RepoDownloaded", status: "True", lastUpdateTime: formatTime(rancher.now()) }],
        },
      },
      { signal, fieldManager: rancherFieldManager },
    );
  }
}
