import path from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { InitMesh } from "../../core/init/init-mesh.ts";
import type { OnProgress } from "../../core/progress.ts";
import type { AccessOptions, RunOptions } from "../options.ts";

/** Where the clusters come from. Paths are relative to the folder that the command runs in. */
export type InitSource =
  | { readonly kind: "contexts"; readonly contexts: readonly string[] }
  | {
      readonly kind: "rancher";
      readonly url: string;
      readonly token: { readonly env: string } | { readonly file: string };
      readonly caFile?: string;
      /** IDs or names; empty = all but Rancher's own. */
      readonly clusters: readonly string[];
    };

/** What an init needs of its caller. */
export interface InitOptions extends AccessOptions, RunOptions {
  readonly onProgress: OnProgress;
}

/** What both sources of clusters need of the request. */
export interface InitPlace {
  /** The mesh's name. */
  readonly name: string;
  /** The folder that the command runs in, where paths on the command line start. */
  readonly cwd: string;
  /** The folder of the mesh file, where paths in it start. */
  readonly folder: string;
}

/** A mesh with what is to be said about it. */
export interface InitDraft {
  readonly mesh: InitMesh;
  readonly warnings: readonly Diagnostic[];
}

/** A path as it is written into a mesh file in that folder: relative where that is no detour. */
export function relativePath(folder: string, file: string): string {
  const relative = path.relative(folder, file);
  return relative === "" || relative.startsWith(`..${path.sep}..`) ? file : relative;
}
