import { reviewAccess } from "./verbs/access-review.ts";
import { applyObject, createObject, patchObject } from "./verbs/change-object.ts";
import type { KubeClient, KubeClientOptions, KubeLimits } from "./client.ts";
import type { Connection } from "./connection.ts";
import { deleteObject } from "./verbs/delete-object.ts";
import { createDiscovery } from "./discovery.ts";
import { getObject } from "./verbs/get-object.ts";
import { readKubeletConfig } from "./verbs/kubelet-config.ts";
import { listObjects, metadataOnly } from "./verbs/list-objects.ts";
import { readNodePage } from "./verbs/node-page.ts";
import { createPodRequests } from "./tunnels/pod-http-get.ts";
import { openPortForward } from "./tunnels/port-forward.ts";
import { readPodLog } from "./verbs/pod-log.ts";
import { createReporter } from "./report-failure.ts";
import { measurePing, readVersion } from "./verbs/server-version.ts";
import { createTransport } from "./wire/transport.ts";
import { watchObjects } from "./verbs/watch-objects.ts";

/** The bounds of a client that is given no others. */
export const defaultLimits: KubeLimits = {
  concurrency: 24,
  concurrencyAtFirst: 6,
  connectTimeoutMs: 5000,
  requestTimeoutMs: 30_000,
  retryBudgetMs: 10_000,
};

/** Puts the verbs of a client together, over one set of connections. Opens nothing yet. */
export function createKubeClient({ cluster, context, limits }: KubeClientOptions): KubeClient {
  const report = createReporter(cluster, context);
  const transport = createTransport(context, { ...defaultLimits, ...limits }, report);
  const discovery = createDiscovery({ transport, report });
  const connection: Connection = { transport, discovery, report };
  const podRequests = createPodRequests(connection);
  return {
    cluster,
    server: context.server,
    get: async (reference, { signal }) => getObject(connection, reference, signal),
    list: async (query, { signal }) => (await listObjects(connection, query, signal)).objects,
    listMetadata: async (query, { signal }) => (await listObjects(connection, query, signal, metadataOnly)).objects,
    watch: (query, options) => watchObjects(connection, query, options),
    apply: async (object, options) => applyObject(connection, object, options),
    create: async (object, options) => createObject(connection, object, options),
    patchMerge: async (reference, patch, options) => patchObject(connection, reference, patch, options),
    delete: async (reference, options) => deleteObject(connection, reference, options),
    hasKind: async (kind, { signal }) => discovery.isServed(kind, signal),
    groupVersions: async ({ signal }) => discovery.listVersions(signal),
    listKinds: async ({ signal }) => discovery.listAll(signal),
    version: async ({ signal }) => readVersion(connection, signal),
    kubeletConfig: async (node, { signal }) => readKubeletConfig(connection, node, signal),
    nodeHttpGet: async (target, path, options) => readNodePage(connection, target, path, options),
    mayDo: async (question, { signal }) => reviewAccess(connection, question, signal),
    ping: async ({ signal }) => measurePing(connection, signal),
    podHttpGet: async (target, path, options) => podRequests.get(target, path, options),
    podForward: async (target, { signal }) => openPortForward(connection, target, signal),
    podLog: async (pod, options) => readPodLog(connection, pod, options),
    async close() {
      podRequests.close();
      await transport.close();
    },
  };
}
