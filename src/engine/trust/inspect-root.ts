import { stat } from "node:fs/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { readText } from "../../files/read-text.ts";
import { readBundle } from "../../pki/pem.ts";
import { findRootCertificateFlaw } from "../../pki/root-flaw.ts";
import { rootFilesOf } from "../../pki/root-store.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { unusableRoot } from "./trust-findings.ts";

/**
 * Why nothing that the mesh's own root signs would be accepted, by the
 * certificates that `spec.trust.root` names: ISM508 where none of them could
 * sign. A warning, since an apply to which every cluster has its intermediate
 * signs nothing. The key is not read. A file that is not there or holds no
 * certificates is said elsewhere, and so is one that comes from a pipe.
 */
export async function inspectRoot(
  { mesh, folder, locate }: Pick<MeshFile, "mesh" | "folder" | "locate">,
  { env, now }: Pick<EngineOptions, "env" | "now">,
): Promise<readonly Diagnostic[]> {
  if (mesh.trust.root.kind !== "files" || mesh.istio.install === "existing") {
    return [];
  }
  const files = rootFilesOf(mesh, { data: folder, folder, env });
  const isFile = await stat(files.certFile).then(
    (found) => found.isFile(),
    () => false,
  );
  const text = isFile ? await readText(files.certFile).catch(() => "") : "";
  const flaws = readBundle(text).certificates.map((one) => findRootCertificateFlaw(one, new Date(now())));
  const [flaw] = flaws;
  return flaw === undefined || flaws.includes(undefined)
    ? []
    : [{ ...unusableRoot(files, flaw, "warning"), range: locate(["spec", "trust", "root", "certFile"]) }];
}
