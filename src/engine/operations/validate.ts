import path from "node:path";
import { adviseMesh } from "../../core/advice/advise-mesh.ts";
import { adviseOperatorOverlay } from "../../core/advice/operator-overlay.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import { findUnsupported } from "../../core/mesh-file/unsupported.ts";
import { inspectNamedFiles } from "../front-door/named-files.ts";
import { inspectManifests } from "../manifests/service-manifests.ts";
import type { EngineOptions } from "../options.ts";
import { inspectRoot } from "../trust/inspect-root.ts";

/** What a mesh file is, with everything that is to be said of it. */
export interface Validation {
  /** The file's name as given; `<stdin>` for what came from there. */
  readonly name: string;
  /** Undefined when something of it is wrong. */
  readonly mesh: Mesh | undefined;
  /** Errors, then what this version cannot do and what has its price, as warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Holds a mesh file's text, the manifests of its services and the other files
 * that it names against all rules, without asking any cluster. Relative paths start at `folder`.
 */
export async function validateMesh(
  { text, name, folder }: { readonly text: string; readonly name: string; readonly folder: string },
  options: EngineOptions,
): Promise<Validation> {
  const { mesh, diagnostics, locate } = parseMesh(text, name);
  if (mesh === undefined) {
    return { name, mesh, diagnostics };
  }
  const place = { name, folder: path.resolve(folder), mesh, locate };
  const looks = [inspectManifests(place, options), inspectNamedFiles(place, options), inspectRoot(place, options)];
  const files = (await Promise.all(looks)).flat();
  return {
    name,
    mesh: files.some((one) => one.severity === "error") ? undefined : mesh,
    diagnostics: [
      ...diagnostics,
      // The file is right; it is this version that does not do all of it. Commands that would have to do it refuse.
      ...findUnsupported(mesh, locate).map((one) => ({ ...one, severity: "warning" as const })),
      ...adviseMesh(mesh, locate),
      ...adviseOperatorOverlay(mesh, locate),
      ...files,
    ],
  };
}
