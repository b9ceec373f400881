import type { KubeObject } from "../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../core/model/mesh.ts";
import type { PlannedObject } from "../core/plan/plan.ts";
import { renderCacerts } from "../core/render/cacerts.ts";
import { istioNamespace, readerTokenSecret } from "../core/render/names.ts";
import { remoteOf, renderRemoteSecret } from "../core/render/remote-secret.ts";
import type { RootFiles } from "../pki/root-store.ts";
import { waitUntilReady } from "../kube/readiness/wait.ts";
import type { Connected } from "./connect.ts";
import { readReader } from "./facts/gather-cluster.ts";
import type { EngineOptions } from "./options.ts";
import { remoteCredentialOf } from "./remote-credentials.ts";
import { issueAuthority } from "./trust.ts";

export interface Completion {
  readonly mesh: Mesh;
  readonly cluster: Cluster;
  readonly rootFiles: RootFiles;
  /** Every cluster that takes part in this apply. */
  readonly connected: readonly Connected[];
  readonly options: EngineOptions;
}

/**
 * Fills in what only an apply makes: an intermediate, or the credential of
 * another cluster, read from that cluster's own API, which must take part.
 */
export async function completeObject(planned: PlannedObject, completion: Completion): Promise<KubeObject> {
  const completed =
    planned.wave === "cacerts" ? await completeCacerts(completion) : await completeRemoteSecret(planned, completion);
  return { ...completed, metadata: planned.object.metadata };
}

async function completeCacerts(completion: Completion): Promise<KubeObject> {
  const { mesh, cluster, rootFiles, options } = completion;
  return renderCacerts(cluster, await issueAuthority(mesh, cluster, rootFiles, new Date(options.now())));
}

async function completeRemoteSecret(planned: PlannedObject, completion: Completion): Promise<KubeObject> {
  const name = remoteOf(planned.object);
  const remote = completion.connected.find((one) => one.cluster.name === name);
  if (remote === undefined) {
    throw new Error(`cluster ${name} takes no part in this apply`);
  }
  const reference = { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: readerTokenSecret };
  const { signal, timeoutMs } = completion.options;
  await waitUntilReady(remote.client, [reference], { signal, timeoutMs, onPending: () => {} });
  const reader = readReader(await remote.client.get(reference, { signal }));
  if (reader === undefined) {
    throw new Error(
      `Secret ${istioNamespace}/${readerTokenSecret} of ${remote.cluster.name} lost its token while it was read`,
    );
  }
  return renderRemoteSecret(remote.cluster, remoteCredentialOf(remote, reader));
}
