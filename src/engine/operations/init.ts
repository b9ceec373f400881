import { writeFile } from "node:fs/promises";
import path from "node:path";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { replaceFile } from "../../files/replace-file.ts";
import type { InitMesh } from "../../core/init/init-mesh.ts";
import { writeMesh } from "../../core/init/write-mesh.ts";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import { initFromContexts } from "../init/from-contexts.ts";
import { initFromRancher } from "../init/from-rancher.ts";
import type { InitOptions, InitSource } from "../init/init-draft.ts";

export type { InitSource } from "../init/init-draft.ts";

export interface InitRequest {
  /** The mesh's name, a DNS-1123 label. */
  readonly name: string;
  readonly source: InitSource;
  /** As the user named it; undefined = it is not written. */
  readonly file?: string;
  readonly cwd: string;
  /** Replace a file that is there. */
  readonly force: boolean;
}

/** A mesh file, written or not. */
export interface InitResult {
  readonly text: string;
  readonly mesh: InitMesh;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Writes a commented mesh file. From contexts nothing is asked; from Rancher
 * its clusters and settings, nothing of the clusters themselves. The file holds
 * no secret. Throws UserErrors: 64 for what was
 * asked for and is not there, 69 for a Rancher that does not answer.
 */
export async function initMesh(request: InitRequest, options: InitOptions): Promise<InitResult> {
  const { source, cwd, file } = request;
  const place = { name: request.name, cwd, folder: file === undefined ? cwd : path.dirname(path.resolve(cwd, file)) };
  const draft =
    source.kind === "contexts"
      ? await initFromContexts(source.contexts, place, options)
      : await initFromRancher(source, place, options);
  const text = writeMesh(draft.mesh);
  const [mistake] = parseMesh(text, file ?? "mesh.yaml").diagnostics;
  if (mistake !== undefined) {
    throw new Error(`the mesh file that was made is not valid: ${mistake.code} ${mistake.detail}`);
  }
  if (file !== undefined) {
    await writeOnce(path.resolve(cwd, file), file, text, request.force);
  }
  return { text, ...draft };
}

async function writeOnce(target: string, file: string, text: string, force: boolean): Promise<void> {
  try {
    await (force
      ? replaceFile(target, text, { mode: 0o666, keepAccess: true })
      : writeFile(target, text, { flag: "wx" }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const there = code === "EEXIST";
    throw new UserError(
      [
        {
          ...errorOf(there ? "ISM059" : "ISM061"),
          detail: there ? `${file} was not changed.` : `${file}: ${message}.`,
          fix: there
            ? "Name another file, or replace this one with --force."
            : "Name a file in a folder that is there and yours.",
        },
      ],
      there ? exitCodes.usage : exitCodes.failed,
      { cause: error },
    );
  }
}
