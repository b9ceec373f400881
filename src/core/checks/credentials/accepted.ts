import { remoteSecretName } from "../../render/remote-secret.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { CredentialFacts, MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters, reachedCluster, reachedClusters } from "../reached.ts";
import {
  apiServer,
  credential as credentialFor,
  credentials,
  readerAccount,
  refusal,
  remoteSecret,
} from "../subjects.ts";

/**
 * Tried with exactly what is in the secret. An address that does not answer
 * this machine is not judged, since the clusters may have a way that it has
 * not; whether istiod has one is what `join/istiod-synced` sees.
 */
export const credentialsAccepted: Check = {
  id: "credentials/accepted",
  sentence: "the credentials in remote secrets are accepted",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.remoteSecrets.flatMap((secret) =>
        secret.credentials.flatMap((credential) => {
          const said = isAbout(facts, one, credential)
            ? (say(one, credential, secret.name) ?? sayElsewhere(facts, one.cluster, credential))
            : undefined;
          return said === undefined
            ? []
            : [
                problem(said.code, {
                  detail: said.detail,
                  fix: said.fix,
                  cluster: one.cluster,
                  remote: credential.cluster,
                  object: { group: "", kind: "Secret", namespace: "istio-system", name: secret.name },
                  breaks: [
                    credentialFor(one.cluster, credential.cluster),
                    credentials(one.cluster),
                    refusal(credential.cluster, said.reason),
                  ],
                  // Whoever reads the cluster is refused for the same reason: the first of them tells it.
                  needs: [
                    refusal(credential.cluster, said.reason),
                    apiServer(credential.cluster),
                    ...(said.code === "ISM432" ? [readerAccount(credential.cluster)] : []),
                    remoteSecret(one.cluster, credential.cluster),
                  ],
                }),
              ];
        }),
      ),
    ),
};

/** False for what istiod should not have at all, and would not take either: `credentials/secret-names` says so. */
function isAbout({ mesh }: MeshFacts, one: ReachedCluster, { cluster, trial }: CredentialFacts): boolean {
  return trial.outcome !== "refused" || (cluster !== one.cluster && mesh.clusters.some(({ name }) => name === cluster));
}

interface Said {
  readonly code: "ISM432" | "ISM433" | "ISM434" | "ISM520" | "ISM521";
  /** The same for all readers of the cluster that are refused for one and the same thing. */
  readonly reason: string;
  readonly detail: string;
  readonly fix: string;
}

/** A credential that works and leads to another cluster than the one whose name it carries. */
function sayElsewhere(facts: MeshFacts, reader: string, { cluster, server, trial }: CredentialFacts): Said | undefined {
  const meant = reachedCluster(facts, cluster)?.uid;
  const { clusterUid } = trial;
  if (clusterUid === undefined || meant === undefined || clusterUid === meant) {
    return undefined;
  }
  const found = reachedClusters(facts).find(({ uid }) => uid === clusterUid)?.cluster;
  const where = found === undefined ? "a cluster that is not in the mesh" : found;
  return {
    code: "ISM521",
    reason: `cluster behind ${server}`,
    detail: `The remote secret of ${reader} for ${cluster} leads to ${where} (${server}): its namespace kube-system has another UID than that of ${cluster}. istiod of ${reader} takes what runs there for ${cluster}'s.`,
    fix: `See which address is right: that of the kubeconfig's context for ${cluster}, or its endpoint in the mesh file. Then run isthmus apply, with --force-conflicts where another tool has written the secret.`,
  };
}

function say(
  { cluster: reader, context }: ReachedCluster,
  { cluster, server, fingerprint, trial, token }: CredentialFacts,
  secret: string,
): Said | undefined {
  const subject = `With the remote secret of ${reader} for ${cluster}, ${server}`;
  switch (trial.outcome) {
    case "unauthorized":
      return {
        code: "ISM432",
        reason: `token ${fingerprint}`,
        detail: `${subject} answers 401 Unauthorized: the token has ended, was revoked, or is one that the address does not take. istiod of ${reader} keeps what it knew of ${cluster} and learns nothing new.`,
        fix:
          token === "jwt" && server.includes("/k8s/clusters/")
            ? "Rancher takes a cluster's own tokens only from 2.9 on and with JWT Authentication switched on for the cluster (Cluster Management, Advanced). Switch it on, or set spec.access.credentials: rancherToken, and run isthmus apply."
            : "Run isthmus apply: it writes the secret with a token that works (with --force-conflicts, where another tool has written over it). Where it keeps the token, the token's own Secret in the other cluster was made anew by hand; delete the remote secret first.",
      };
    case "untrusted":
      return {
        code: "ISM433",
        reason: `authority for ${server}`,
        detail: `${subject} is not trusted: ${trial.detail}`,
        fix: "Put the authority that signs what the address serves into the kubeconfig that isthmus uses for that cluster, or name another address as spec.clusters[].endpoint; then run isthmus apply.",
      };
    case "forbidden":
      return {
        code: "ISM434",
        reason: "rights of the reader",
        detail: `${subject} lets the token in and refuses what istiod reads: ${trial.detail}`,
        fix: `Run isthmus apply for ${cluster}: it puts Istio's reader account and its ClusterRole there.`,
      };
    case "refused":
      return {
        code: "ISM520",
        reason: `kubeconfig ${fingerprint}`,
        detail: `istiod of ${reader} does not take the kubeconfig in its remote secret for ${cluster} (${secret}): ${trial.detail}. It goes on with what it knew of ${cluster} before, and knows nothing of it after its next start.`,
        fix:
          secret === remoteSecretName(cluster)
            ? "Run isthmus apply with --force-conflicts, which writes the secret with a token."
            : `Delete it and run isthmus apply, which writes one with a token: kubectl --context ${context} -n istio-system delete secret ${secret}`,
      };
    case "accepted":
    case "unreachable":
    case "not-tried":
      return undefined;
  }
}
