import { Buffer } from "node:buffer";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { decideRemoteToken } from "../../core/decide/remote-token.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import type { RemoteCredential } from "../../core/render/materials.ts";
import { meshLabel } from "../../core/render/names.ts";
import type { TokenFacts } from "../../providers/rancher/token-facts.ts";
import { diagnoseCutToken } from "../../providers/rancher/token-facts.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { nameOfToken } from "../facts/remote-kubeconfig.ts";
import type { RancherLink } from "../clusters/rancher-link.ts";
import { contextThrough } from "../clusters/rancher-link.ts";

/** What Rancher allows by default from 2.8 on (docs/rancher-double.md); asked for, so that no token of an older one lives for ever. */
const tokenLifetimeSeconds = 90 * 86_400;

/** The label of a token that says which cluster's istiod signs in with it. */
const readerLabel = "isthmus.dev/reader";

/**
 * The credentials with Rancher tokens that remote secrets already hold and
 * that may stay, by the reading cluster and the cluster that is read. Every
 * pair has a token of its own, for one cluster: a stolen one opens no other,
 * and one that is revoked cuts one tie. The clusters are connected with `remotes`.
 */
export async function keptTokens(
  mesh: Mesh,
  connected: readonly Connected[],
  link: RancherLink,
  options: { readonly now: () => number; readonly signal: AbortSignal },
): Promise<Readonly<Record<string, Readonly<Record<string, RemoteCredential>>>>> {
  const known = new Map((await ownTokens(mesh.name, link, options.signal)).map((token) => [token.name, token]));
  return Object.fromEntries(
    connected.map((reader) => {
      const remotes = mesh.clusters.flatMap((remote) => {
        const kept = keptToken(mesh, reader, remote, { link, known, now: options.now() });
        return kept === undefined ? [] : [[remote.name, kept] as const];
      });
      return [reader.cluster.name, Object.fromEntries(remotes)];
    }),
  );
}

function keptToken(
  mesh: Mesh,
  reader: Connected,
  remote: Cluster,
  facts: { readonly link: RancherLink; readonly known: ReadonlyMap<string, TokenFacts>; readonly now: number },
): RemoteCredential | undefined {
  const present = reader.facts.remotes[remote.name];
  if (remote.name === reader.cluster.name || remote.access.kind !== "rancher" || present === undefined) {
    return undefined;
  }
  const way = addressOf(remote, facts.link);
  const token = facts.known.get(nameOfToken(present.token));
  const verdict = decideRemoteToken({
    now: facts.now,
    rotateBeforeMs: mesh.access.rotateBeforeSeconds * 1000,
    clusterId: remote.access.rancherId,
    present: {
      known:
        token === undefined
          ? undefined
          : {
              expired: token.expired,
              expiresAt: token.expiresAt?.getTime(),
              createdAt: token.createdAt?.getTime(),
              clusterId: token.clusterId,
            },
    },
  });
  return verdict.action === "keep" ? { ...way, token: present.token } : undefined;
}

/** Which cluster of a mesh reads which other one with a token. */
export interface TokenPurpose {
  readonly mesh: Mesh;
  readonly reader: Cluster;
  readonly remote: Cluster;
}

/** Has Rancher make the token by which one cluster reads another. */
export async function issueToken(
  { mesh, reader, remote }: TokenPurpose,
  link: RancherLink,
  signal: AbortSignal,
): Promise<{ readonly credential: RemoteCredential; readonly warning: Diagnostic | undefined }> {
  if (remote.access.kind !== "rancher") {
    throw new Error("a Rancher token for a cluster without rancherId is refused when the mesh file is read");
  }
  const wish = {
    clusterId: remote.access.rancherId,
    ttlSeconds: tokenLifetimeSeconds,
    description: `isthmus, mesh ${mesh.name}: istiod of ${reader.name} reads ${remote.name}`,
    labels: { [meshLabel]: mesh.name, [readerLabel]: reader.name },
  };
  const token = await link.client.createToken(wish, signal);
  return {
    credential: { ...addressOf(remote, link), token: token.value },
    warning: diagnoseCutToken(token, wish, link.access.url),
  };
}

/**
 * Ends the mesh's tokens that no remote secret holds any more. Which are in
 * use is what the reachable clusters say; those of a cluster that does not
 * answer are left alone.
 */
export async function revokeUnused(
  mesh: string,
  readers: readonly { readonly cluster: string; readonly inUse: readonly string[] }[],
  link: RancherLink,
  signal: AbortSignal,
): Promise<void> {
  const answering = new Map(readers.map((reader) => [reader.cluster, reader.inUse]));
  const idle = (await ownTokens(mesh, link, signal)).filter((token) => {
    const inUse = answering.get(token.labels[readerLabel] ?? "");
    return inUse !== undefined && !inUse.includes(token.name);
  });
  await Promise.all(idle.map(async (token) => link.client.deleteToken(token.name, signal)));
}

async function ownTokens(mesh: string, link: RancherLink, signal: AbortSignal): Promise<readonly TokenFacts[]> {
  return link.client.listTokens({ [meshLabel]: mesh }, signal);
}

/** Rancher's address of a cluster with the authority that fits it, or the cluster's own `endpoint` with none (docs/guides/from-the-runbook.md, S10). */
function addressOf(remote: Cluster, link: RancherLink): Omit<RemoteCredential, "token"> {
  const clusterId = remote.access.kind === "rancher" ? remote.access.rancherId : "";
  if (remote.endpoint !== undefined) {
    // An authorized endpoint takes Rancher's tokens and presents the cluster's own authority.
    const authority = link.clusters.find((one) => one.id === clusterId)?.authorizedEndpoint?.caCerts;
    return {
      server: remote.endpoint,
      ...(authority === undefined ? {} : { caData: Buffer.from(authority).toString("base64") }),
    };
  }
  const { server, caData } = contextThrough(link, clusterId);
  return { server, ...(caData === undefined ? {} : { caData }) };
}
