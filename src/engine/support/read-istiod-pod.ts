import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { istioNamespace, serviceHost } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readIstiodDebug } from "../facts/istiod-pods.ts";
import type { BundleCollector } from "./collector.ts";

/** How many of a log's newest lines are kept. */
const logLines = 2000;

/** The debug pages of istiod that say what it knows of clusters, networks, endpoints, configuration and proxies. */
const pages = ["syncz", "clusterz", "networkz", "endpointShardz", "configz"] as const;

/** One istiod pod: the end of its log, of the log before its last restart, and its debug pages. */
export async function collectIstiodPod(
  collector: BundleCollector,
  { client, cluster, mesh, folder }: { client: KubeClient; cluster: string; mesh: Mesh; folder: string },
  pod: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const { name } = pod.metadata;
  const place = `${folder}istiod/${name}/`;
  const log = async (file: string, previous: boolean): Promise<void> =>
    collector.attempt({ path: `${place}${file}`, cluster, signal }, async () => {
      const options = { container: "discovery", tailLines: logLines, previous, signal };
      collector.addText(`${place}${file}`, await client.podLog({ namespace: istioNamespace, pod: name }, options));
    });
  await Promise.all([
    log("log.txt", false),
    ...(hasRestarted(pod) ? [log("log-previous.txt", true)] : []),
    ...pages.map(async (page) =>
      collector.attempt({ path: `${place}${page}.json`, cluster, signal }, async () => {
        const document = await readIstiodDebug(client, name, `/debug/${page}`, signal);
        collector.addForeign(`${place}${page}.json`, page === "endpointShardz" ? shardsOf(document, mesh) : document);
      }),
    ),
  ]);
}

/** The shards of the mesh's own services: others say nothing of the mesh, and are many. */
function shardsOf(document: unknown, mesh: Mesh): unknown {
  const hosts = new Set(mesh.services.map(serviceHost));
  const all = (document ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(all).filter(([host]) => hosts.has(host)));
}

function hasRestarted(pod: KubeObject): boolean {
  const status = pod["status"] as
    | { readonly containerStatuses?: readonly { readonly restartCount?: number }[] }
    | undefined;
  return status?.containerStatuses?.some((one) => (one.restartCount ?? 0) > 0) === true;
}
