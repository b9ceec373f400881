import type { Check, Finding } from "./check.ts";
import type { MeshFacts, ReachedCluster, UnreadPart } from "./facts.ts";
import { reachedClusters } from "./reached.ts";

/** What a check found, and what it had no facts for. */
export interface Judgement {
  readonly findings: readonly Finding[];
  /** What it could not look at, and why: sentences without a full stop. */
  readonly unseen: readonly string[];
}

/**
 * Runs a check over facts parts of which nobody was allowed to read. What it
 * says of a cluster by such a part is no finding but unseen: it goes by
 * emptiness that means nothing. Which parts it goes by is what the finding says
 * it is `provenBy`, and where it does not say all that the check has read. The
 * parts are unseen all the same: other findings may be hidden there.
 * With a selected cluster only what is unseen there is told.
 */
export function judge(check: Check, facts: MeshFacts, selected: string | undefined): Judgement {
  const used = new Map<string, Set<string>>();
  const watched = reachedClusters(facts).some(({ unread = [] }) => unread.length > 0) ? watch(facts, used) : facts;
  const findings = check.run(watched);
  const unseen = unseenOf(check, watched, selected);
  const missing = reachedClusters(facts).flatMap(({ cluster, unread = [] }) =>
    unread.filter(({ part }) => used.get(cluster)?.has(part) === true).map((one) => ({ cluster, ...one })),
  );
  return {
    findings: findings.filter((finding) => !missing.some(({ cluster, part }) => restsOn(finding, cluster, part))),
    unseen: [
      ...unseen,
      ...missing
        .filter(({ cluster }) => selected === undefined || selected === cluster)
        .map(({ cluster, part, why }) => `${wordsFor[part]} of ${cluster}: ${why}`),
    ],
  };
}

/** Whether a finding would not be there, or would be another one, if this part of a cluster were otherwise. */
function restsOn({ cluster, remote, provenBy }: Finding, name: string, part: UnreadPart): boolean {
  return (
    (name === cluster && (provenBy?.own ?? [part]).includes(part)) ||
    (name === remote && (provenBy === undefined || provenBy.remote?.includes(part) === true)) ||
    (name !== cluster && name !== remote && provenBy?.elsewhere?.includes(part) === true)
  );
}

/** Of a selected cluster: without what is unseen of the others alone. */
function unseenOf({ unseen }: Check, facts: MeshFacts, selected: string | undefined): readonly string[] {
  const all = unseen?.(facts) ?? [];
  if (all.length === 0 || selected === undefined) {
    return all;
  }
  const others = facts.clusters.filter(({ cluster }) => cluster !== selected);
  const elsewhere = new Set(unseen?.({ ...facts, clusters: others }));
  return all.filter((one) => !elsewhere.has(one));
}

/** The same facts, which note by cluster which unread parts are asked for. */
function watch(facts: MeshFacts, used: Map<string, Set<string>>): MeshFacts {
  return {
    ...facts,
    clusters: facts.clusters.map((one) => {
      if (one.kind !== "reached" || one.unread === undefined) {
        return one;
      }
      const { cluster, unread } = one;
      const watched: ReachedCluster = { ...one };
      for (const { part } of unread) {
        Object.defineProperty(watched, part, {
          enumerable: true,
          get: () => {
            used.set(cluster, (used.get(cluster) ?? new Set()).add(part));
            return one[part];
          },
        });
      }
      return watched;
    }),
  };
}

const wordsFor: Readonly<Record<UnreadPart, string>> = {
  meshId: "the mesh ID",
  nodes: "the nodes",
  namespaces: "the namespaces",
  authority: "Secret istio-system/cacerts",
  istiod: "istiod",
  istiodRights: "the rights of istiod",
  gateways: "the gateways",
  callers: "what sidecars hold",
  remoteSecrets: "the remote secrets",
  services: "the services",
  pods: "the pods",
  otherPods: "pods beside the mesh",
  waitingPods: "pods that are not ready",
  hindered: "what keeps pods away",
  routing: "Istio's routing objects",
  quotas: "the quotas",
  networkPolicies: "the NetworkPolicies",
  otherPolicies: "policies of other kinds",
  peerAuthentications: "the PeerAuthentications",
  authorizationPolicies: "the AuthorizationPolicies",
  system: "namespace kube-system",
  tlsSecrets: "the certificates of routes",
  externalDns: "external-dns",
  certManager: "cert-manager",
  bypasses: "annotations of pods",
  writeHooks: "the webhook configurations",
  controllers: "what controllers keep",
  storage: "the Leases of kube-system",
  announcers: "Services that announce gateways",
  claims: "the Services of all namespaces",
};
