import { describeLacks } from "../../pki/describe-lacks.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { coded, errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import { trustDomainOf } from "../../core/model/trust-domain.ts";
import type { IntermediateFacts, IntermediateVerdict, Trust } from "../../core/decide/intermediate.ts";
import { decideIntermediate, isTrusted } from "../../core/decide/intermediate.ts";
import type { Authority } from "../../core/render/materials.ts";
import type { Root } from "../../pki/certificate-authority.ts";
import { dataFolder } from "../../pki/data-folder.ts";
import type { ChainFlaw } from "../../pki/find-chain.ts";
import type { CertificateFacts } from "../../pki/inspect.ts";
import { inspectAuthority, inspectBundle, inspectCertificate } from "../../pki/inspect.ts";
import { findRootFlaw } from "../../pki/root-flaw.ts";
import type { RootFiles } from "../../pki/root-store.ts";
import { isKeyExposed, keepRoot, readRoot, rootFilesOf } from "../../pki/root-store.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";

/** What an apply will do about the trust of every cluster. */
export interface TrustPlan {
  readonly files: RootFiles;
  readonly root: Root | undefined;
  readonly verdicts: Readonly<Record<string, IntermediateVerdict>>;
  /** Reasons not to go on at all. */
  readonly problems: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Decides for every connected cluster whether its intermediate stays. Reads
 * the root, makes nothing. Clusters that do not trust the mesh's root, or what
 * another cluster signs, are refused, and so is a root under which nothing
 * could be signed: cilium's rule, refuse before touching anything.
 */
export async function planTrust(
  meshFile: MeshFile,
  connected: readonly Connected[],
  options: Pick<AccessOptions, "env"> & Pick<RunOptions, "now">,
): Promise<TrustPlan> {
  const files = rootFilesOf(meshFile.mesh, { data: dataFolder(options.env), meshFile: meshFile.folder });
  const now = new Date(options.now());
  const root = await readRoot(files);
  const present = new Map(connected.map((one) => [one.cluster.name, presentIn(one, now, meshFile.mesh)]));
  const meshRoot = root === undefined ? firstTrust([...present.values()]) : trustOfRoot(root);
  const flaw = root === undefined ? undefined : findRootFlaw(root, now);
  const newEnds = root === undefined || flaw !== undefined ? undefined : endOfNew(meshFile.mesh, root, now);
  const verdicts = Object.fromEntries(
    connected.map((one) => [
      one.cluster.name,
      decideIntermediate({
        cluster: one.cluster.name,
        now: options.now(),
        meshRoot,
        present: present.get(one.cluster.name),
        newEnds,
      }),
    ]),
  );
  const kept = connected.flatMap((one) => {
    const facts = present.get(one.cluster.name);
    return facts !== undefined && verdicts[one.cluster.name]?.action === "keep"
      ? [{ cluster: one.cluster, facts }]
      : [];
  });
  const needsSigning = Object.values(verdicts).some((verdict) => verdict.action === "issue");
  const exposed = root !== undefined && (await isKeyExposed(files));
  return {
    files,
    root,
    verdicts,
    problems: [
      ...connected.flatMap((one) =>
        refusalOf(files, one.cluster, verdicts[one.cluster.name], present.get(one.cluster.name)),
      ),
      ...findStrangers(kept),
      ...(needsSigning && root === undefined && (meshRoot !== undefined || meshFile.mesh.trust.root.kind === "files")
        ? [missingRoot(meshFile.mesh, files)]
        : []),
      ...(needsSigning && flaw !== undefined ? [unusableRoot(files, flaw, "error")] : []),
      ...(needsSigning && root !== undefined ? findUntrusted(files, root, kept) : []),
    ],
    warnings: [
      ...(exposed ? [exposedKey(files)] : []),
      ...(!needsSigning && flaw !== undefined ? [unusableRoot(files, flaw, "warning")] : []),
      ...kept.flatMap(({ cluster, facts }) => facts.notValid.map((words) => notValidNow(cluster, words))),
    ],
  };
}

/**
 * Makes the authority of one cluster, and the mesh's root first when there is
 * none yet. `form` is that of the Secret that it replaces. A UserError (ISM508)
 * when what was made would not be accepted: nothing of it is handed out.
 */
export async function issueAuthority(
  mesh: Mesh,
  cluster: Cluster,
  files: RootFiles,
  { form, now }: { readonly form: Authority["form"]; readonly now: Date },
): Promise<Authority> {
  // Loaded where certificates are made: most plans and checks only look at some.
  const { issueIntermediate, issueRoot } = await import("../../pki/certificate-authority.ts");
  const root = (await readRoot(files)) ?? (await keepRoot(files, await issueRoot(mesh.name, now)));
  const issued = await issueIntermediate(
    root,
    {
      cluster: cluster.name,
      keyType: mesh.trust.intermediates.keyType,
      validitySeconds: mesh.trust.intermediates.validitySeconds,
    },
    now,
  );
  const { flaw } = inspectAuthority(issued, now, trustDomainOf(mesh));
  if (flaw !== undefined) {
    const words = `signs intermediates that nobody accepts: ${flaw.words}`;
    throw new UserError([unusableRoot(files, words, "error")], exitCodes.failed);
  }
  return form === undefined ? issued : { ...issued, form };
}

type Present = NonNullable<IntermediateFacts["present"]> & {
  readonly effect: ChainFlaw["effect"];
  /** Certificates that are not valid now and that no new intermediate would mend, in words. */
  readonly notValid: readonly string[];
};

type Kept = { readonly cluster: Cluster; readonly facts: Present };

function presentIn(one: Connected, now: Date, mesh: Mesh): Present | undefined {
  const { authority, authorityLacks } = one.facts;
  if (authority === undefined) {
    return authorityLacks.length === 0 ? undefined : damaged(describeLacks(authorityLacks));
  }
  try {
    const { intermediate, above, roots, flaw } = inspectAuthority(authority, now, trustDomainOf(mesh));
    return {
      trusts: roots,
      leadsTo: [intermediate, ...above].map(({ identity }) => identity),
      notBefore: intermediate.notBefore.getTime(),
      notAfter: intermediate.notAfter.getTime(),
      locality: intermediate.locality,
      flaw: flaw?.words,
      effect: flaw?.effect ?? "istiod",
      notValid: [
        ...(intermediate.notBefore > now ? [describeDates(intermediate, now)] : []),
        ...above.flatMap((certificate) =>
          certificate.notBefore > now || certificate.notAfter < now ? [describeDates(certificate, now)] : [],
        ),
      ],
    };
  } catch (error) {
    return damaged(`a part is not readable: ${(error as Error).message}`);
  }
}

function damaged(flaw: string): Present {
  return {
    trusts: [],
    leadsTo: [],
    notBefore: 0,
    notAfter: 0,
    locality: undefined,
    flaw,
    effect: "istiod",
    notValid: [],
  };
}

function describeDates({ subject, notBefore, notAfter }: CertificateFacts, now: Date): string {
  return notAfter < now
    ? `"${subject}" ended on ${notAfter.toISOString()}`
    : `"${subject}" is valid only from ${notBefore.toISOString()}`;
}

/** An intermediate never outlives its root. */
function endOfNew(mesh: Mesh, root: Root, now: Date): number {
  const asked = now.getTime() + mesh.trust.intermediates.validitySeconds * 1000;
  return Math.min(asked, inspectCertificate(root.certificate).notAfter.getTime());
}

function firstTrust(present: readonly (Present | undefined)[]): Trust | undefined {
  return present.find((one) => one !== undefined && one.flaw === undefined);
}

function trustOfRoot({ certificate, trusted }: Root): Trust {
  return { trusts: inspectBundle(trusted), leadsTo: [inspectCertificate(certificate).identity] };
}

/** Clusters that do not trust what another one signs. Both stay as they are: a person has to say whose root it is to be. */
function findStrangers(kept: readonly Kept[]): readonly Diagnostic[] {
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
function findUntrusted(files: RootFiles, root: Root, kept: readonly Kept[]): readonly Diagnostic[] {
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

function refusalOf(
  files: RootFiles,
  cluster: Cluster,
  verdict: IntermediateVerdict | undefined,
  present: Present | undefined,
): Diagnostic[] {
  if (verdict?.action !== "refuse") {
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
export const flawEffect: Readonly<Record<ChainFlaw["effect"], string>> = {
  istiod: "istiod does not start with it",
  proxies: "istiod starts with it, and no proxy of another cluster accepts what it signs",
};

function notValidNow(cluster: Cluster, words: string): Diagnostic {
  return {
    ...warningOf("ISM510"),
    detail: `In Secret istio-system/cacerts of ${cluster.name}, ${words}. An istiod that starts now does not start with it, and what the one that runs has signed is refused.`,
    fix: "Have whoever made the certificate renew it and put the new one into the Secret, or set the clock that is wrong; then restart istiod, the gateways and the workloads.",
    cluster: cluster.name,
    object: cacertsId,
  };
}

function unusableRoot(files: RootFiles, flaw: string, severity: Diagnostic["severity"]): Diagnostic {
  return {
    ...coded("ISM508", severity),
    detail: `The certificate in ${files.certFile} ${flaw}. istiod and proxies refuse every intermediate that it would sign.`,
    fix: "Name a certificate authority that is valid and may have another one below it as spec.trust.root. A root that clusters already trust is replaced in steps: both trusted everywhere, then signing under the new one, then the old one taken out.",
  };
}

function missingRoot(mesh: Mesh, files: RootFiles): Diagnostic {
  return {
    ...errorOf("ISM501"),
    detail: `A cluster of mesh ${mesh.name} needs a new intermediate, but the root that would sign it is not at ${files.keyFile}. A new root would split the mesh.`,
    fix: `Copy root-cert.pem and root-key.pem from where the mesh was first applied to ${files.certFile} and ${files.keyFile}.`,
  };
}

function exposedKey(files: RootFiles): Diagnostic {
  return {
    ...warningOf("ISM506"),
    detail: `${files.keyFile} can be read by others than its owner. Who has this key can be any workload of the mesh.`,
    fix: `chmod 600 ${files.keyFile}`,
  };
}
