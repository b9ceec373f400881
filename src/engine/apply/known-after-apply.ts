import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { PlannedObject } from "../../core/plan/plan.ts";
import { renderCacerts } from "../../core/render/cacerts.ts";
import { isPublished, renderFrontGateways } from "../../core/render/front-gateway.ts";
import type { Authority, Materials } from "../../core/render/materials.ts";
import { remoteOf, renderRemoteSecret } from "../../core/render/remote-secret.ts";
import type { RootFiles } from "../../pki/root-store.ts";
import type { RunOptions } from "../options.ts";
import type { Peers } from "./shared-reads.ts";
import { issueToken } from "../trust/rancher-tokens.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import { issueAuthority } from "../trust/plan-trust.ts";

export interface Completion {
  readonly mesh: Mesh;
  readonly cluster: Cluster;
  readonly rootFiles: RootFiles;
  /** The form of the `cacerts` that the cluster has. */
  readonly cacertsForm: Authority["form"];
  readonly materials: Materials;
  readonly rancher: RancherState;
  /** What is read of the other clusters. */
  readonly peers: Peers;
  /** Told what does not stop the apply and should be known. */
  readonly onWarning: (diagnostic: Diagnostic) => void;
  readonly options: Pick<RunOptions, "now" | "signal">;
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
  const { mesh, cluster, cacertsForm, rootFiles, options } = completion;
  const now = new Date(options.now());
  return renderCacerts(cluster, await issueAuthority(mesh, cluster, rootFiles, { form: cacertsForm, now }));
}

async function completeRemoteSecret(object: KubeObject, completion: Completion): Promise<KubeObject> {
  const { mesh, cluster, rancher, peers, options } = completion;
  const remote = clusterNamed(mesh, remoteOf(object) ?? "");
  if (mesh.access.credentials === "rancherToken") {
    if (rancher.kind !== "linked") {
      throw new Error("Rancher is away, and only Rancher makes its tokens");
    }
    const { credential, warning } = await issueToken(mesh, cluster, remote, rancher.link, options.signal);
    if (warning !== undefined) {
      completion.onWarning({ ...warning, cluster: cluster.name });
    }
    return renderRemoteSecret(remote, credential);
  }
  return renderRemoteSecret(remote, await peers.credentialOf(remote.name));
}

async function completeGateway(object: KubeObject, completion: Completion): Promise<KubeObject> {
  const { mesh, materials, peers } = completion;
  // A cluster that takes no part or has failed keeps the addresses that the plan knew of.
  const ingressAddresses = { ...materials.ingressAddresses, ...(await peers.ingressAddresses()) };
  const key = keyOf(idOf(object));
  const found = renderFrontGateways(mesh, { ...materials, ingressAddresses }).find((one) => keyOf(idOf(one)) === key);
  if (found === undefined) {
    throw new Error(`${key} is not among the gateways that the mesh renders`);
  }
  return found;
}
