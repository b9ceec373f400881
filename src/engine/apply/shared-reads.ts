import type { RemoteCredential } from "../../core/render/materials.ts";
import { ingressGateway, istioNamespace, readerTokenSecret } from "../../core/render/names.ts";
import { waitUntilReady } from "../../kube/readiness/wait.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { readIngressAddresses, readReader } from "../facts/cluster-state.ts";
import type { RunOptions } from "../options.ts";
import { remoteCredentialOf } from "../trust/remote-credential.ts";
import type { ClusterRun } from "./cluster-run.ts";

/**
 * What an apply reads of a cluster for all the others, each once however many
 * ask: N clusters that each asked the others would be N² reads and as many copies.
 */
export interface SharedReads {
  /**
   * The credential of a cluster's reader account, from that cluster's own API
   * once Kubernetes has made its token. Rejects when it does not come in time,
   * then for all who ask.
   */
  readonly credentialOf: (cluster: string) => Promise<RemoteCredential>;
  /**
   * The addresses of the ingress gateways by the names of the clusters, of those that have not failed; waits until they
   * have some. One that does not say its own is left out; rejects where none does.
   */
  readonly ingressAddresses: () => Promise<Readonly<Record<string, readonly string[]>>>;
}

/** Of the clusters of the mesh that take part in an apply. */
export function createSharedReads(
  members: readonly ClusterRun[],
  options: Pick<RunOptions, "signal" | "timeoutMs">,
): SharedReads {
  const byName = new Map(members.map((member) => [member.one.cluster.name, member.one]));
  const credentials = new Map<string, Promise<RemoteCredential>>();
  let addresses: Promise<Readonly<Record<string, readonly string[]>>> | undefined;
  return {
    credentialOf: async (cluster) => {
      const remote = byName.get(cluster);
      if (remote === undefined) {
        throw new Error(`cluster ${cluster} takes no part in this apply`);
      }
      const known = credentials.get(cluster) ?? readCredential(remote, options);
      credentials.set(cluster, known);
      return known;
    },
    ingressAddresses: async () => {
      addresses ??= readAddresses(
        members.filter(({ failed }) => !failed).map(({ one }) => one),
        options,
      );
      return addresses;
    },
  };
}

async function readCredential(
  remote: Connected,
  { signal, timeoutMs }: Pick<RunOptions, "signal" | "timeoutMs">,
): Promise<RemoteCredential> {
  const reference = { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: readerTokenSecret };
  await waitUntilReady(remote.client, [reference], { signal, timeoutMs, onPending: () => {} });
  const reader = readReader(await remote.client.get(reference, { signal }));
  if (reader === undefined) {
    throw new Error(
      `Secret ${istioNamespace}/${readerTokenSecret} of ${remote.cluster.name} lost its token while it was read`,
    );
  }
  return remoteCredentialOf(remote, reader);
}

async function readAddresses(
  members: readonly Connected[],
  { signal, timeoutMs }: Pick<RunOptions, "signal" | "timeoutMs">,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const reference = { apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: ingressGateway };
  const read = async (one: Connected): Promise<readonly [string, readonly string[]]> => {
    await waitUntilReady(one.client, [reference], { signal, timeoutMs, onPending: () => {} });
    return [one.cluster.name, await readIngressAddresses(one.client, signal)];
  };
  const reads = members.map(read);
  const all = await Promise.allSettled(reads);
  signal.throwIfAborted();
  const found = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (found.length === 0) {
    await Promise.all(reads);
  }
  return Object.fromEntries(found);
}
