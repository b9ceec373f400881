import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import type { Cluster, Mesh } from "../core/model/mesh.ts";
import type { IntermediateVerdict } from "../core/decide/intermediate.ts";
import { decideIntermediate } from "../core/decide/intermediate.ts";
import type { Authority } from "../core/render/materials.ts";
import { issueIntermediate, issueRoot } from "../pki/certificate-authority.ts";
import type { Root } from "../pki/certificate-authority.ts";
import { dataFolder } from "../pki/data-folder.ts";
import { inspectAuthority, inspectCertificate } from "../pki/inspect.ts";
import type { RootFiles } from "../pki/root-store.ts";
import { isKeyExposed, keepRoot, readRoot, rootFilesOf } from "../pki/root-store.ts";
import type { Connected } from "./connect.ts";
import type { MeshFile } from "./mesh-file.ts";
import type { EngineOptions } from "./options.ts";

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
 * the root, makes nothing. Clusters without an inventory of this mesh and with
 * another root are refused: cilium's rule, refuse before touching anything.
 */
export async function planTrust(
  meshFile: MeshFile,
  connected: readonly Connected[],
  options: EngineOptions,
): Promise<TrustPlan> {
  const files = rootFilesOf(meshFile.mesh, { data: dataFolder(options.env), meshFile: meshFile.folder });
  const root = await readRoot(files);
  const present = new Map(connected.map((one) => [one.cluster.name, presentIn(one)]));
  const meshRoot =
    root === undefined ? firstRoot([...present.values()]) : inspectCertificate(root.certificate).fingerprint;
  const verdicts = Object.fromEntries(
    connected.map((one) => [
      one.cluster.name,
      decideIntermediate({
        cluster: one.cluster.name,
        now: options.now(),
        meshRoot,
        present: present.get(one.cluster.name),
      }),
    ]),
  );
  const problems = connected.flatMap((one) =>
    refusalOf(files, one.cluster, verdicts[one.cluster.name], present.get(one.cluster.name)),
  );
  const needsSigning = Object.values(verdicts).some((verdict) => verdict.action === "issue");
  if (needsSigning && root === undefined && meshRoot !== undefined) {
    problems.push(missingRoot(meshFile.mesh, files));
  }
  if (needsSigning && root === undefined && meshFile.mesh.trust.root.kind === "files") {
    problems.push(missingRoot(meshFile.mesh, files));
  }
  const exposed = root !== undefined && (await isKeyExposed(files));
  return { files, root, verdicts, problems, warnings: exposed ? [exposedKey(files)] : [] };
}

/** Makes the authority of one cluster, and the mesh's root first when there is none yet. */
export async function issueAuthority(mesh: Mesh, cluster: Cluster, files: RootFiles, now: Date): Promise<Authority> {
  const root = (await readRoot(files)) ?? (await keepRoot(files, await issueRoot(mesh.name, now)));
  return issueIntermediate(
    root,
    {
      cluster: cluster.name,
      keyType: mesh.trust.intermediates.keyType,
      validitySeconds: mesh.trust.intermediates.validitySeconds,
    },
    now,
  );
}

type Present = {
  readonly root: string;
  readonly notAfter: number;
  readonly locality: string | undefined;
  readonly flaw: string | undefined;
};

function presentIn(one: Connected): Present | undefined {
  const { authority, authorityIncomplete } = one.facts;
  if (authority === undefined) {
    return authorityIncomplete
      ? {
          root: "",
          notAfter: 0,
          locality: undefined,
          flaw: "one of ca-cert.pem, ca-key.pem, cert-chain.pem and root-cert.pem is missing",
        }
      : undefined;
  }
  try {
    const facts = inspectAuthority(authority);
    return {
      root: facts.root.fingerprint,
      notAfter: facts.intermediate.notAfter.getTime(),
      locality: facts.intermediate.locality,
      flaw: facts.flaw,
    };
  } catch (error) {
    return { root: "", notAfter: 0, locality: undefined, flaw: `a part is not readable: ${(error as Error).message}` };
  }
}

function firstRoot(present: readonly (Present | undefined)[]): string | undefined {
  return present.find((one) => one !== undefined && one.flaw === undefined)?.root;
}

function refusalOf(
  files: RootFiles,
  cluster: Cluster,
  verdict: IntermediateVerdict | undefined,
  present: Present | undefined,
): Diagnostic[] {
  if (verdict?.action !== "refuse") {
    return [];
  }
  const id = { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" };
  if (present?.flaw !== undefined) {
    return [
      {
        code: "ISM505",
        severity: "error",
        summary: "The cluster's cacerts do not hold together",
        detail: `In Secret istio-system/cacerts of ${cluster.name}, ${verdict.reason}. istiod would not start with it, and replacing what somebody made is not done in passing.`,
        fix: "Repair the Secret, or delete it, after which an apply issues a new intermediate.",
        cluster: cluster.name,
        object: id,
      },
    ];
  }
  return [
    {
      code: "ISM504",
      severity: "error",
      summary: "The cluster trusts another root",
      detail: `Cluster ${cluster.name} cannot join: ${verdict.reason} (SHA-256). Workloads with different roots refuse each other.`,
      fix: `When this mesh was made elsewhere, copy its root from there to ${files.certFile} and ${files.keyFile}, or name it in spec.trust.root. Otherwise take the cluster out of its other mesh first.`,
      cluster: cluster.name,
      object: id,
    },
  ];
}

function missingRoot(mesh: Mesh, files: RootFiles): Diagnostic {
  return {
    code: "ISM501",
    severity: "error",
    summary: "The mesh's root key is missing",
    detail: `A cluster of mesh ${mesh.name} needs a new intermediate, but the root that would sign it is not at ${files.keyFile}. A new root would split the mesh.`,
    fix: `Copy root-cert.pem and root-key.pem from where the mesh was first applied to ${files.certFile} and ${files.keyFile}.`,
  };
}

function exposedKey(files: RootFiles): Diagnostic {
  return {
    code: "ISM506",
    severity: "warning",
    summary: "The root's key can be read by others",
    detail: `${files.keyFile} can be read by others than its owner. Who has this key can be any workload of the mesh.`,
    fix: `chmod 600 ${files.keyFile}`,
  };
}
