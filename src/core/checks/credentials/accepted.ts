import { istioNamespace } from "../../render/names.ts";
import { remoteSecretName } from "../../render/remote-secret.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectl, restart } from "../commands.ts";
import type { CredentialFacts } from "../credential-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
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
            ? (say(facts, one, secret.name, credential) ?? sayElsewhere(facts, one.cluster, credential))
            : undefined;
          return said === undefined
            ? []
            : [
                problem(said.code, {
                  detail: said.detail,
                  fix: said.fix,
                  ...(said.commands === undefined ? {} : { commands: said.commands }),
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
  readonly commands?: readonly string[];
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
    fix: `Whoever knows the clusters' addresses has to decide which is right: that of the kubeconfig's context for ${cluster}, or its endpoint in the mesh file. Then run ${applyCommand(facts, { cluster: reader })}, with --force-conflicts where another tool has written the secret.`,
  };
}

function say(
  facts: MeshFacts,
  one: ReachedCluster,
  secret: string,
  { cluster, server, fingerprint, trial, token }: CredentialFacts,
): Said | undefined {
  const reader = one.cluster;
  const remove = kubectl(one, "-n", istioNamespace, "delete", "secret", secret);
  const anew = [remove, applyCommand(facts)];
  const subject = `With the remote secret of ${reader} for ${cluster}, ${server}`;
  switch (trial.outcome) {
    case "unauthorized":
      return {
        code: "ISM432",
        reason: `token ${fingerprint}`,
        detail: `${subject} answers 401 Unauthorized: the token has ended, was revoked, or is one that the address does not take. istiod of ${reader} keeps what it knew of ${cluster} and learns nothing new.`,
        ...(token === "jwt" && server.includes("/k8s/clusters/")
          ? {
              fix: "Rancher takes a cluster's own tokens only from 2.9 on and with JWT Authentication switched on for the cluster (Cluster Management, Advanced). Whoever runs Rancher has to decide: switch it on, or set spec.access.credentials: rancherToken, and run isthmus apply.",
            }
          : { fix: "Delete the Secret, and have isthmus write it with a token that works.", commands: anew }),
      };
    case "untrusted":
      return {
        code: "ISM433",
        reason: `authority for ${server}`,
        detail: `${subject} is not trusted: ${trial.detail}`,
        ...(isDrifted(one, secret)
          ? { fix: "Delete the Secret, and have isthmus write it anew.", commands: anew }
          : {
              fix: "Whoever runs the cluster's access has to decide: put the authority that signs what the address serves into the kubeconfig that isthmus uses for that cluster, or name another address as spec.clusters[].endpoint; then run isthmus apply.",
            }),
      };
    case "forbidden":
      return {
        code: "ISM434",
        reason: "rights of the reader",
        detail: `${subject} lets the token in and refuses what istiod reads: ${trial.detail}`,
        fix: `Have isthmus put Istio's reader account and its rights into ${cluster}.`,
        commands: [applyCommand(facts, { cluster, force: changedRights(reachedCluster(facts, cluster)) })],
      };
    case "refused":
      return {
        code: "ISM520",
        reason: `kubeconfig ${fingerprint}`,
        detail: `istiod of ${reader} does not take the kubeconfig in its remote secret for ${cluster} (${secret}): ${trial.detail}. It goes on with what it knew of ${cluster} before, and knows nothing of it after its next start.`,
        ...(secret === remoteSecretName(cluster)
          ? { fix: "Delete it, and have isthmus write it with a token.", commands: anew }
          : {
              // istiod does not come back to a secret that it has passed over.
              fix: "Delete it: isthmus has a Secret of its own for the cluster, which istiod then reads.",
              commands: [remove, applyCommand(facts), restart(one, istioNamespace, "istiod")],
            }),
      };
    case "accepted":
    case "unreachable":
    case "not-tried":
      return undefined;
  }
}

/** True when somebody has written over the Secret. */
function isDrifted({ drift }: ReachedCluster, secret: string): boolean {
  return (
    drift?.kind === "compared" &&
    drift.objects.some(({ id }) => id.kind === "Secret" && id.namespace === istioNamespace && id.name === secret)
  );
}

/** The kinds of the reader's rights that somebody has written over. */
function changedRights(one: ReachedCluster | undefined): readonly string[] {
  const objects = one?.drift?.kind === "compared" ? one.drift.objects : [];
  return [
    ...new Set(
      objects.flatMap(({ id, state }) => (state === "changed" && id.kind.startsWith("ClusterRole") ? [id.kind] : [])),
    ),
  ];
}
