import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../core/model/kube-object.ts";
import { idOf, keyOf } from "../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../core/model/mesh.ts";
import { clusterNamed } from "../core/model/mesh.ts";
import type { PlannedObject } from "../core/plan/plan.ts";
import { renderCacerts } from "../core/render/cacerts.ts";
import { isPublished, renderFrontGateways } from "../core/render/front-gateway.ts";
import type { Materials, RemoteCredential } from "../core/render/materials.ts";
import { ingressGateway, istioNamespace, readerTokenSecret } from "../core/render/names.ts";
import { remoteOf, renderRemoteSecret } from "../core/render/remote-secret.ts";
import { waitUntilReady } from "../kube/readiness/wait.ts";
import type { RootFiles } from "../pki/root-store.ts";
import type { Connected } from "./connect.ts";
import { readIngressAddresses, readReader } from "./facts/gather-cluster.ts";
import type { EngineOptions } from "./options.ts";
import { issueToken } from "./rancher-tokens.ts";
import type { RancherState } from "./rancher.ts";
import { remoteCredentialOf } from "./remote-credentials.ts";
import { issueAuthority } from "./trust.ts";

export interface Completion {
  readonly mesh: Mesh;
  readonly cluster: Cluster;
  readonly rootFiles: RootFiles;
  readonly materials: Materials;
  readonly rancher: RancherState;
  /** Every cluster that takes part in this apply. */
  readonly connected: readonly Connected[];
  /** Told what does not stop the apply and should be known. */
  readonly onWarning: (diagnostic: Diagnostic) => void;
  readonly options: EngineOptions;
}

/**
 * Fills in what only an apply makes: an intermediate, a credential for
 * another cluster, or the addresses under which a route is published.
 */
export async function completeObject(planned: PlannedObject, completion: Completion): Promise<KubeObject> {
  const completed = await complete(planned.object, completion);
  const annotations = { ...planned.object.metadata.annotations, ...completed.metadata.annotations };
  return {
    ...completed,
    metadata: { ...planned.object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
  };
}

async function complete(object: KubeObject, completion: Completion): Promise<KubeObject> {
  if (isPublished(object)) {
    return completeGateway(object, completion);
  }
  return remoteOf(object) === undefined ? completeCacerts(completion) : completeRemoteSecret(object, completion);
}

async function completeCacerts(completion: Completion): Promise<KubeObject> {
  const { mesh, cluster, rootFiles, options } = completion;
  return renderCacerts(cluster, await issueAuthority(mesh, cluster, rootFiles, new Date(options.now())));
}

async function completeRemoteSecret(object: KubeObject, completion: Completion): Promise<KubeObject> {
  const { mesh, cluster, rancher, connected, options } = completion;
  const name = remoteOf(object) ?? "";
  if (mesh.access.credentials === "rancherToken") {
    if (rancher.kind !== "linked") {
      throw new Error("Rancher is away, and only Rancher makes its tokens");
    }
    const remote = clusterNamed(mesh, name);
    const { credential, warning } = await issueToken(mesh, cluster, remote, rancher.link, options.signal);
    if (warning !== undefined) {
      completion.onWarning({ ...warning, cluster: cluster.name });
    }
    return renderRemoteSecret(remote, credential);
  }
  const remote = connected.find((one) => one.cluster.name === name);
  if (remote === undefined) {
    throw new Error(`cluster ${name} takes no part in this apply`);
  }
  return renderRemoteSecret(remote.cluster, await readCredential(remote, options));
}

/** The credential of a cluster's reader account, read from that cluster's own API once Kubernetes has made its token. */
async function readCredential(remote: Connected, options: EngineOptions): Promise<RemoteCredential> {
  const reference = { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: readerTokenSecret };
  const { signal, timeoutMs } = options;
  await waitUntilReady(remote.client, [reference], { signal, timeoutMs, onPending: () => {} });
  const reader = readReader(await remote.client.get(reference, { signal }));
  if (reader === undefined) {
    throw new Error(
      `Secret ${istioNamespace}/${readerTokenSecret} of ${remote.cluster.name} lost its token while it was read`,
    );
  }
  return remoteCredentialOf(remote, reader);
}

async function completeGateway(object: KubeObject, completion: Completion): Promise<KubeObject> {
  const { mesh, materials, connected, options } = completion;
  const references = { apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: ingressGateway };
  const addresses = await Promise.all(
    connected.map(async (one) => {
      await waitUntilReady(one.client, [references], {
        signal: options.signal,
        timeoutMs: options.timeoutMs,
        onPending: () => {},
      });
      return [one.cluster.name, await readIngressAddresses(one.client, options.signal)] as const;
    }),
  );
  // A cluster that takes no part keeps the addresses that the plan knew of.
  const ingressAddresses = { ...materials.ingressAddresses, ...Object.fromEntries(addresses) };
  const key = keyOf(idOf(object));
  const found = renderFrontGateways(mesh, { ...materials, ingressAddresses }).find((one) => keyOf(idOf(one)) === key);
  if (found === undefined) {
    throw new Error(`${key} is not among the gateways that the mesh renders`);
  }
  return found;
}
