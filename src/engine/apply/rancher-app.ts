import type { KubeObject } from "../../core/model/kube-object.ts";
import { specOf } from "../../core/plan/diff-app.ts";
import { rancherRepo } from "../../core/render/rancher-app.ts";
import type { AppOperation } from "../../providers/rancher/apps.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import type { RunOptions } from "../options.ts";
import type { RancherLink } from "../clusters/rancher-link.ts";

/** Has Rancher install the App's chart, or upgrade it to what the App asks for, and waits until helm is done. */
export async function installCatalogApp(
  app: KubeObject,
  action: "create" | "update",
  place: { readonly link: RancherLink; readonly cluster: Cluster },
  options: Pick<RunOptions, "signal" | "timeoutMs">,
): Promise<void> {
  const { link, cluster } = place;
  const spec = specOf(app);
  const request = {
    clusterId: idOf(cluster),
    repo: rancherRepo,
    namespace: spec.namespace,
    charts: [
      {
        chartName: spec.chart.metadata.name,
        version: spec.chart.metadata.version,
        releaseName: spec.name,
        values: spec.values,
      },
    ],
    timeoutSeconds: Math.ceil(options.timeoutMs / 1000),
  };
  const operation =
    action === "create"
      ? await link.client.installApp(request, options.signal)
      : await link.client.upgradeApp(request, options.signal);
  await waitFor(operation, link, options);
}

/** Has Rancher take the App's release away; nothing to do when there is none. */
export async function uninstallCatalogApp(
  app: { readonly namespace: string; readonly name: string },
  place: { readonly link: RancherLink; readonly cluster: Cluster },
  options: Pick<RunOptions, "signal" | "timeoutMs">,
): Promise<void> {
  const { link, cluster } = place;
  const operation = await link.client.uninstallApp(
    { clusterId: idOf(cluster), namespace: app.namespace, releaseName: app.name },
    options.signal,
  );
  if (operation !== undefined) {
    await waitFor(operation, link, options);
  }
}

async function waitFor(
  operation: AppOperation,
  link: RancherLink,
  options: Pick<RunOptions, "signal" | "timeoutMs">,
): Promise<void> {
  await link.client.waitForOperation(operation, { timeoutMs: options.timeoutMs }, options.signal);
}

function idOf(cluster: Cluster): string {
  if (cluster.access.kind !== "rancher") {
    throw new Error(`cluster ${cluster.name} is not reached through Rancher`);
  }
  return cluster.access.rancherId;
}
