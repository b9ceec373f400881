import { istioNamespace } from "../../render/names.ts";
import { remoteSecretName } from "../../render/remote-secret.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectl, restart } from "../commands.ts";
import type { CredentialFacts, CredentialTrial } from "../credential-facts.ts";
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
    meshClusters(facts).flatMap((reader) =>
      reader.remoteSecrets.flatMap((secret) =>
        secret.credentials
          .filter((credential) => isAbout(facts, reader, credential))
          .flatMap((credential) => {
            const tried = { facts, reader, secret: secret.name, credential };
            const why = explanations[credential.trial.outcome](tried) ?? leadsElsewhere(tried);
            return why === undefined ? [] : [findingOf(tried, why)];
          }),
      ),
    ),
};

/** A credential in a remote secret, which this machine has tried. */
interface Tried {
  readonly facts: MeshFacts;
  /** The cluster whose istiod signs in with it. */
  readonly reader: ReachedCluster;
  readonly secret: string;
  readonly credential: CredentialFacts;
}

/** Why a credential does not do what it is for. */
interface Refused {
  readonly code: "ISM432" | "ISM433" | "ISM434" | "ISM520" | "ISM521";
  /** The same for all readers of the cluster that are refused for one and the same thing. */
  readonly reason: string;
  readonly detail: string;
  readonly fix: string;
  readonly commands?: readonly string[];
}

function findingOf({ reader, secret, credential }: Tried, { reason, code, ...words }: Refused): Finding {
  const remote = credential.cluster;
  return problem(code, {
    ...words,
    cluster: reader.cluster,
    remote,
    object: { group: "", kind: "Secret", namespace: "istio-system", name: secret },
    breaks: [credentialFor(reader.cluster, remote), credentials(reader.cluster), refusal(remote, reason)],
    // Whoever reads the cluster is refused for the same reason: the first of them names it.
    needs: [
      refusal(remote, reason),
      apiServer(remote),
      ...(code === "ISM432" ? [readerAccount(remote)] : []),
      remoteSecret(reader.cluster, remote),
    ],
    provenBy: { own: ["istiod", "remoteSecrets"] },
  });
}

/** False for what istiod should not have at all, and would not take either: `credentials/secret-names` says so. */
function isAbout({ mesh }: MeshFacts, one: ReachedCluster, { cluster, trial }: CredentialFacts): boolean {
  return trial.outcome !== "refused" || (cluster !== one.cluster && mesh.clusters.some(({ name }) => name === cluster));
}

/** A credential that works and leads to another cluster than the one whose name it carries. */
function leadsElsewhere({ facts, reader, credential: { cluster, server, trial } }: Tried): Refused | undefined {
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
    detail: `The remote secret of ${reader.cluster} for ${cluster} leads to ${where} (${server}): its namespace kube-system has another UID than that of ${cluster}. istiod of ${reader.cluster} takes what runs there for ${cluster}'s.`,
    fix: `Whoever knows the clusters' addresses has to decide which is right: that of the kubeconfig's context for ${cluster}, or its endpoint in the mesh file. Then run ${applyCommand(facts, { cluster: reader.cluster })}, with --force-conflicts where another tool has written the secret.`,
  };
}

const explanations: Readonly<Record<CredentialTrial["outcome"], (tried: Tried) => Refused | undefined>> = {
  unauthorized,
  untrusted,
  forbidden,
  refused,
  accepted: () => undefined,
  unreachable: () => undefined,
  "not-tried": () => undefined,
};

function unauthorized(tried: Tried): Refused {
  const { reader, credential } = tried;
  const { cluster, server, fingerprint, token } = credential;
  return {
    code: "ISM432",
    reason: `token ${fingerprint}`,
    detail: `${subjectOf(tried)} answers 401 Unauthorized: the token has ended, was revoked, or is one that the address does not take. istiod of ${reader.cluster} keeps what it knew of ${cluster} and learns nothing new.`,
    ...(token === "jwt" && server.includes("/k8s/clusters/")
      ? {
          fix: "Rancher takes a cluster's own tokens only from 2.9 on and with JWT Authentication switched on for the cluster (Cluster Management, Advanced). Whoever runs Rancher has to decide: switch it on, or set spec.access.credentials: rancherToken, and run isthmus apply.",
        }
      : { fix: "Delete the Secret, and have isthmus write it with a token that works.", commands: writeAnew(tried) }),
  };
}

function untrusted(tried: Tried): Refused {
  const { reader, secret, credential } = tried;
  return {
    code: "ISM433",
    reason: `authority for ${credential.server}`,
    detail: `${subjectOf(tried)} is not trusted: ${credential.trial.detail}`,
    ...(isDrifted(reader, secret)
      ? { fix: "Delete the Secret, and have isthmus write it anew.", commands: writeAnew(tried) }
      : {
          fix: "Whoever runs the cluster's access has to decide: put the authority that signs what the address serves into the kubeconfig that isthmus uses for that cluster, or name another address as spec.clusters[].endpoint; then run isthmus apply.",
        }),
  };
}

function forbidden(tried: Tried): Refused {
  const { facts, credential } = tried;
  const { cluster, trial } = credential;
  return {
    code: "ISM434",
    reason: "rights of the reader",
    detail: `${subjectOf(tried)} lets the token in and refuses what istiod reads: ${trial.detail}`,
    fix: `Have isthmus put Istio's reader account and its rights into ${cluster}.`,
    commands: [applyCommand(facts, { cluster, force: changedRights(reachedCluster(facts, cluster)) })],
  };
}

/** istiod's own refusal, of the kubeconfig and not of what it leads to. */
function refused(tried: Tried): Refused {
  const { facts, reader, secret, credential } = tried;
  const { cluster, fingerprint, trial } = credential;
  return {
    code: "ISM520",
    reason: `kubeconfig ${fingerprint}`,
    detail: `istiod of ${reader.cluster} does not take the kubeconfig in its remote secret for ${cluster} (${secret}): ${trial.detail}. It goes on with what it knew of ${cluster} before, and knows nothing of it after its next start.`,
    ...(secret === remoteSecretName(cluster)
      ? { fix: "Delete it, and have isthmus write it with a token.", commands: writeAnew(tried) }
      : {
          // istiod does not come back to a secret that it has passed over.
          fix: "Delete it: isthmus has a Secret of its own for the cluster, which istiod then reads.",
          commands: [deleteSecret(tried), applyCommand(facts), restart(reader, istioNamespace, "istiod")],
        }),
  };
}

/** The beginning of a sentence about what an address answers. */
function subjectOf({ reader, credential: { cluster, server } }: Tried): string {
  return `With the remote secret of ${reader.cluster} for ${cluster}, ${server}`;
}

function writeAnew(tried: Tried): readonly string[] {
  return [deleteSecret(tried), applyCommand(tried.facts)];
}

function deleteSecret({ reader, secret }: Tried): string {
  return kubectl(reader, "-n", istioNamespace, "delete", "secret", secret);
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
