import type { IntermediateVerdict } from "../../core/decide/intermediate.ts";
import { isTrusted } from "../../core/decide/intermediate.ts";
import { coded, errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import type { Root } from "../../pki/certificate-authority.ts";
import type { ChainFlaw } from "../../pki/find-chain.ts";
import type { RootFiles } from "../../pki/root-store.ts";
import type { PresentIntermediate } from "./present-intermediate.ts";
import { trustOfRoot } from "./trust-of-root.ts";

/** What is decided about the intermediate of one cluster. */
export interface JudgedIntermediate {
  readonly cluster: Cluster;
  readonly present: PresentIntermediate | undefined;
  readonly verdict: IntermediateVerdict;
}

/** An intermediate that stays. */
export interface KeptIntermediate {
  readonly cluster: Cluster;
  readonly facts: PresentIntermediate;
}

/** Clusters that do not trust what another one signs. Both stay as they are: a person has to say whose root it is to be. */
export function findStrangers(kept: readonly KeptIntermediate[]): readonly Diagnostic[] {
  // A fleet has a million pairs and few roots.
  const signers = new Map(kept.map((one) => [one.facts.leadsTo.at(-1) ?? "", one]));
  return kept.flatMap(({ cluster, facts }) =>
    [...signers.values()]
      .filter((other) => !isTrusted(other.facts, facts))
      .map((other): Diagnostic => ({
        ...errorOf("ISM504"),
        detail: `root-cert.pem of ${cluster.name} holds none of the certificates that the intermediate of ${other.cluster.name} leads to, so that workloads of ${cluster.name} refuse those of ${other.cluster.name}.`,
        fix: `Where a root is being replaced, put the root of ${other.cluster.name} into root-cert.pem of Secret istio-system/cacerts of ${cluster.name} beside its own, and restart istiod there, then the gateways and workloads.`,
        cluster: cluster.name,
        object: cacertsId,
      })),
  );
}

/** Clusters that sign under a root that a new intermediate's cluster would not trust. */
export function findUntrusted(files: RootFiles, root: Root, kept: readonly KeptIntermediate[]): readonly Diagnostic[] {
  const mesh = trustOfRoot(root);
  return kept
    .filter(({ facts }) => !isTrusted(facts, mesh))
    .map(({ cluster }) => ({
      ...errorOf("ISM509"),
      detail: `${cluster.name} signs under a root that is not in ${files.certFile}. A cluster that gets a new intermediate now would trust only what is there, and refuse the workloads of ${cluster.name}.`,
      fix: `Add the root of ${cluster.name} to ${files.certFile}, beside the one that ${files.keyFile} belongs to: all certificates of the file are trusted, and the key's own signs.`,
      cluster: cluster.name,
      object: cacertsId,
    }));
}

const cacertsId = { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" };

/** Why a cluster cannot join with what it has. */
export function refusalOf(files: RootFiles, { cluster, verdict, present }: JudgedIntermediate): readonly Diagnostic[] {
  if (verdict.action !== "refuse") {
    return [];
  }
  if (present?.flaw !== undefined) {
    return [
      {
        ...errorOf("ISM505"),
        detail: `In Secret istio-system/cacerts of ${cluster.name}, ${verdict.reason}. ${flawEffect[present.effect]}, and replacing what somebody made is not done in passing.`,
        fix: "Repair the Secret with whoever made it. Where nobody needs it any more, delete it, after which an apply issues a new intermediate; workloads that run there trust the old root until they restart.",
        cluster: cluster.name,
        object: cacertsId,
      },
    ];
  }
  return [
    {
      ...errorOf("ISM504"),
      detail: `Cluster ${cluster.name} cannot join: ${verdict.reason} (SHA-256). Workloads with different roots refuse each other.`,
      fix: `When this mesh was made elsewhere, copy its root from there to ${files.certFile} and ${files.keyFile}, or name it in spec.trust.root. Otherwise take the cluster out of its other mesh first.`,
      cluster: cluster.name,
      object: cacertsId,
    },
  ];
}

/** What follows from a flaw, for whoever reads of it. */
const flawEffect: Readonly<Record<ChainFlaw["effect"], string>> = {
  istiod: "istiod does not start with it",
  proxies: "istiod starts with it, and no proxy of another cluster accepts what it signs",
};

/** A certificate that is not valid now and that no new intermediate would mend. */
export function notValidNow(cluster: Cluster, words: string): Diagnostic {
  return {
    ...warningOf("ISM510"),
    detail: `In Secret istio-system/cacerts of ${cluster.name}, ${words}. An istiod that starts now does not start with it, and what the one that runs has signed is refused.`,
    fix: "Have whoever made the certificate renew it and put the new one into the Secret, or set the clock that is wrong; then restart istiod, the gateways and the workloads.",
    cluster: cluster.name,
    object: cacertsId,
  };
}

/** A root under which nothing can be signed. */
export function unusableRoot(files: RootFiles, flaw: string, severity: Diagnostic["severity"]): Diagnostic {
  return {
    ...coded("ISM508", severity),
    detail: `The certificate in ${files.certFile} ${flaw}. istiod and proxies refuse every intermediate that it would sign.`,
    fix: "Name a certificate authority that is valid and may have another one below it as spec.trust.root. A root that clusters already trust is replaced in steps: both trusted everywhere, then signing under the new one, then the old one taken out.",
  };
}

/** A root that clusters trust, and that is not here. */
export function missingRoot(mesh: Mesh, files: RootFiles): Diagnostic {
  return {
    ...errorOf("ISM501"),
    detail: `A cluster of mesh ${mesh.name} needs a new intermediate, but the root that would sign it is not at ${files.keyFile}. A new root would split the mesh.`,
    fix: `Copy root-cert.pem and root-key.pem from where the mesh was first applied to ${files.certFile} and ${files.keyFile}.`,
  };
}

/** A root key that others on this machine can read. */
export function exposedKey(files: RootFiles): Diagnostic {
  return {
    ...warningOf("ISM506"),
    detail: `${files.keyFile} can be read by others than its owner. Who has this key can be any workload of the mesh.`,
    fix: `chmod 600 ${files.keyFile}`,
  };
}
