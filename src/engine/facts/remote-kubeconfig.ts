import type { KubeObject } from "../../core/model/kube-object.ts";
import { remoteOf } from "../../core/render/remote-secret.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { Secret } from "../../core/secret.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readRemoteKubeconfig } from "./read-remote-kubeconfig.ts";

/** What a remote secret tells istiod about another cluster. */
export interface RemoteKubeconfig {
  readonly server: string;
  readonly caData?: string;
  readonly tlsServerName?: string;
  readonly token: Secret;
}

/** The kubeconfigs of remote secrets by the cluster that each is about; those that are not as isthmus writes them are left out. */
export function readRemotes(secrets: readonly KubeObject[]): Readonly<Record<string, RemoteKubeconfig>> {
  const found = secrets.flatMap((secret) => {
    const name = remoteOf(secret);
    const value =
      name === undefined ? undefined : (secret["data"] as Readonly<Record<string, Secret>> | undefined)?.[name];
    const remote = value === undefined ? undefined : readKubeconfig(value);
    return name === undefined || remote === undefined ? [] : [[name, remote] as const];
  });
  return Object.fromEntries(found);
}

/** A remote secret's kubeconfig; undefined for one of another form than `istioctl create-remote-secret` and isthmus write. */
function readKubeconfig(value: Secret): RemoteKubeconfig | undefined {
  const read = readRemoteKubeconfig(value);
  if (read.kind === "refused" || read.token === undefined) {
    // Somebody's own, in a form that is not ours: an apply writes it anew.
    return undefined;
  }
  const { server, caData, tlsServerName, token } = read;
  return {
    server,
    ...(caData === undefined ? {} : { caData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    token,
  };
}

/** The names of the Rancher tokens that the remote secrets of each cluster hold right now. */
export async function readTokensInUse(
  clusters: readonly { readonly cluster: { readonly name: string }; readonly client: KubeClient }[],
  signal: AbortSignal,
): Promise<readonly { readonly cluster: string; readonly inUse: readonly string[] }[]> {
  return Promise.all(
    clusters.map(async ({ cluster, client }) => {
      const remotes = readRemotes(await listRemoteSecrets(client, signal));
      const inUse = Object.values(remotes).map((remote) => nameOfToken(remote.token));
      return { cluster: cluster.name, inUse };
    }),
  );
}

/** The Secrets by which istiod knows of other clusters. */
export async function listRemoteSecrets(client: KubeClient, signal: AbortSignal): Promise<readonly KubeObject[]> {
  return client.list(
    { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, labelSelector: "istio/multiCluster=true" },
    { signal },
  );
}

/** The name of a Rancher token: what stands before its colon. */
export function nameOfToken(token: Secret): string {
  const text = token.expose();
  return text.slice(0, Math.max(0, text.indexOf(":")));
}
