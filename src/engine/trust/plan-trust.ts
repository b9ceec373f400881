import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import { trustDomainOf } from "../../core/model/trust-domain.ts";
import type { IntermediateVerdict, Trust } from "../../core/decide/intermediate.ts";
import { decideIntermediate } from "../../core/decide/intermediate.ts";
import type { Authority } from "../../core/render/materials.ts";
import type { Root } from "../../pki/certificate-authority.ts";
import { dataFolder } from "../../pki/data-folder.ts";
import { inspectAuthority, inspectCertificate } from "../../pki/inspect.ts";
import { findRootFlaw } from "../../pki/root-flaw.ts";
import type { RootFiles } from "../../pki/root-store.ts";
import { isKeyExposed, keepRoot, readRoot, rootFilesOf } from "../../pki/root-store.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { PresentIntermediate } from "./present-intermediate.ts";
import { presentIntermediate } from "./present-intermediate.ts";
import type { JudgedIntermediate, KeptIntermediate } from "./trust-findings.ts";
import {
  exposedKey,
  findStrangers,
  findUntrusted,
  missingRoot,
  notValidNow,
  refusalOf,
  unusableRoot,
} from "./trust-findings.ts";
import { trustOfRoot } from "./trust-of-root.ts";

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
  const { mesh } = meshFile;
  const files = rootFilesOf(mesh, { data: dataFolder(options.env), folder: meshFile.folder, env: options.env });
  if (mesh.istio.install === "existing") {
    // Whoever installs Istio gives each istiod what it signs with; a rule of the preflight compares the roots.
    return { files, root: undefined, verdicts: {}, problems: [], warnings: [] };
  }
  const now = new Date(options.now());
  const root = await readRoot(files);
  const present = new Map(connected.map((one) => [one.cluster.name, presentIntermediate(one, now, mesh)]));
  const meshRoot = root === undefined ? firstTrust([...present.values()]) : trustOfRoot(root);
  const flaw = root && findRootFlaw(root, now);
  const newEnds = root !== undefined && flaw === undefined ? endOfNew(mesh, root, now) : undefined;
  const judged = connected.map(({ cluster }): JudgedIntermediate => {
    const facts = { cluster: cluster.name, now: now.getTime(), meshRoot, present: present.get(cluster.name), newEnds };
    return { cluster, present: facts.present, verdict: decideIntermediate(facts) };
  });
  const kept = judged.flatMap(({ cluster, present: facts, verdict }) =>
    facts !== undefined && verdict.action === "keep" ? [{ cluster, facts }] : [],
  );
  const needsSigning = judged.some(({ verdict }) => verdict.action === "issue");
  const isExposed = root !== undefined && (await isKeyExposed(files));
  return {
    files,
    root,
    verdicts: Object.fromEntries(judged.map(({ cluster, verdict }) => [cluster.name, verdict])),
    problems: [
      ...judged.flatMap((one) => refusalOf(files, one)),
      ...findStrangers(kept),
      ...(needsSigning ? findSigningProblems(mesh, files, { root, flaw, meshRoot, kept }) : []),
    ],
    warnings: [
      ...(isExposed ? [exposedKey(files)] : []),
      ...(!needsSigning && flaw !== undefined ? [unusableRoot(files, flaw, "warning")] : []),
      ...kept.flatMap(({ cluster, facts }) => facts.notValid.map((words) => notValidNow(cluster, words))),
    ],
  };
}

/** What keeps a new intermediate from being signed, or other clusters from accepting it. */
function findSigningProblems(
  mesh: Mesh,
  files: RootFiles,
  signer: {
    readonly root: Root | undefined;
    readonly flaw: string | undefined;
    readonly meshRoot: Trust | undefined;
    readonly kept: readonly KeptIntermediate[];
  },
): readonly Diagnostic[] {
  if (signer.root === undefined) {
    // Where nothing has signed yet, an apply makes a root of its own.
    return signer.meshRoot === undefined && mesh.trust.root.kind !== "files" ? [] : [missingRoot(mesh, files)];
  }
  return [
    ...(signer.flaw === undefined ? [] : [unusableRoot(files, signer.flaw, "error")]),
    ...findUntrusted(files, signer.root, signer.kept),
  ];
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

/** An intermediate never outlives its root. */
function endOfNew(mesh: Mesh, root: Root, now: Date): number {
  const asked = now.getTime() + mesh.trust.intermediates.validitySeconds * 1000;
  return Math.min(asked, inspectCertificate(root.certificate).notAfter.getTime());
}

function firstTrust(present: readonly (PresentIntermediate | undefined)[]): Trust | undefined {
  return present.find((one) => one !== undefined && one.flaw === undefined);
}
