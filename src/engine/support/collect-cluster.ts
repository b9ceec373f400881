import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { Redactor } from "../../core/redact/redactor.ts";
import { installMethods } from "../../core/render/install-methods.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { serviceNamespaces } from "../../core/render/service-namespaces.ts";
import type { Connected, Connection } from "../clusters/connect-clusters.ts";
import type { RunOptions } from "../options.ts";
import { runTask } from "../progress/run-task.ts";
import { inventoryOf } from "../plan/plan-cluster.ts";
import type { BundleCollector } from "./collector.ts";
import { collectGatewayPod } from "./read-gateway-pod.ts";
import { collectIstiodPod } from "./read-istiod-pod.ts";
import { readEvents, readOwned, readPods } from "./read-objects.ts";
import { rememberSecrets } from "./remember-secrets.ts";

/** The folder of one cluster in a bundle. */
export function folderOf(cluster: string): string {
  return `clusters/${cluster}/`;
}

/** A bundle that is being filled. */
export interface OpenBundle {
  readonly collector: BundleCollector;
  readonly redactor: Redactor;
  readonly mesh: Mesh;
}

/** Everything of one cluster that no other document has. Whatever fails is missing by itself; a cluster that does not answer is missing whole. */
export async function collectCluster(bundle: OpenBundle, one: Connection, options: RunOptions): Promise<void> {
  const cluster = one.cluster.name;
  if (one.kind === "unreachable") {
    const { code, summary, detail } = one.diagnostic;
    bundle.collector.miss({ path: folderOf(cluster), cluster, reasons: [{ code, summary, detail }] });
    return;
  }
  await runTask({ cluster, task: "gathering events, logs and pages" }, options, async () =>
    collectParts(bundle, one, options.signal),
  );
}

async function collectParts(bundle: OpenBundle, one: Connected, signal: AbortSignal): Promise<void> {
  const cluster = one.cluster.name;
  const { collector, redactor, mesh } = bundle;
  const namespaces = namespacesOf(mesh);
  const part = (file: string, work: () => Promise<void>): Promise<void> =>
    collector.attempt({ path: `${folderOf(cluster)}${file}`, cluster, signal }, work);
  await Promise.all([
    part("secrets of the namespaces, to be taken out of texts", async () =>
      rememberSecrets(redactor, one.client, namespaces, signal),
    ),
    part("kubernetes-events.json", async () =>
      collector.addForeign(
        `${folderOf(cluster)}kubernetes-events.json`,
        await readEvents(one.client, namespaces, signal),
      ),
    ),
    part("objects.json", async () => {
      const { items } = inventoryOf(one, mesh.name);
      collector.addForeign(`${folderOf(cluster)}objects.json`, await readOwned(one.client, items, signal));
    }),
    part("pods.json", async () => {
      const pods = await readPods(one.client, namespaces, signal);
      collector.addForeign(`${folderOf(cluster)}pods.json`, pods);
      await collectProxies(bundle, one, pods, signal);
    }),
  ]);
}

/** Where parts of the mesh run: the control plane, and the mesh's services. */
function namespacesOf(mesh: Mesh): readonly string[] {
  const { namespace } = installMethods[mesh.istio.install];
  return [istioNamespace, ...(namespace === undefined ? [] : [namespace]), ...serviceNamespaces(mesh)];
}

async function collectProxies(
  { collector, mesh }: OpenBundle,
  one: Connected,
  pods: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  const place = { client: one.client, cluster: one.cluster.name, mesh, folder: folderOf(one.cluster.name) };
  const inIstio = pods.filter((pod) => pod.metadata.namespace === istioNamespace);
  const istiods = inIstio.filter((pod) => pod.metadata.labels?.["app"] === "istiod");
  const gateways = inIstio.filter((pod) => /^(ingress|eastwest)gateway$/.test(pod.metadata.labels?.["istio"] ?? ""));
  await Promise.all([
    ...istiods.map(async (pod) => collectIstiodPod(collector, place, pod, signal)),
    ...gateways.map(async (pod) => collectGatewayPod(collector, place, pod.metadata.name, signal)),
  ]);
}
