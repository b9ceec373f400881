import { writeFile } from "node:fs/promises";
import path from "node:path";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { replaceFile } from "../../files/replace-file.ts";
import type { InitMesh } from "../../core/init/init-mesh.ts";
import type { FoundIstio } from "../../core/init/installed-mesh.ts";
import { describeInstalled } from "../../core/init/installed-mesh.ts";
import { writeMesh } from "../../core/init/write-mesh.ts";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import { initFromContexts } from "../init/from-contexts.ts";
import { initFromRancher } from "../init/from-rancher.ts";
import type { InitDraft, InitOptions, InitPlace, InitSource } from "../init/init-draft.ts";
import { parseMeshFile } from "../mesh-file.ts";

export type { InitSource } from "../init/init-draft.ts";

export interface InitRequest {
  /** The mesh's name, a DNS-1123 label; undefined: `mesh`, or the mesh ID that is found. */
  readonly name?: string;
  /** True where Istio is installed in the clusters already: they are asked for it. */
  readonly existing?: boolean;
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
 * its clusters and settings, nothing of the clusters themselves, but with
 * `existing` what is installed in each; one that does not answer is a warning.
 * The file holds no secret. Throws UserErrors: 64 for what was
 * asked for and is not there, 69 for a Rancher that does not answer.
 */
export async function initMesh(request: InitRequest, options: InitOptions): Promise<InitResult> {
  const { source, cwd, file } = request;
  const place = {
    name: request.name ?? defaultName,
    cwd,
    folder: file === undefined ? cwd : path.dirname(path.resolve(cwd, file)),
  };
  const plain =
    source.kind === "contexts"
      ? await initFromContexts(source.contexts, place, options)
      : await initFromRancher(source, place, options);
  const draft = request.existing === true ? await withInstalled(plain, place, { request, options }) : plain;
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

const defaultName = "mesh";

/** The draft with what its clusters have, which are asked as every command asks those of a mesh file. */
async function withInstalled(
  { mesh, warnings }: InitDraft,
  { folder }: InitPlace,
  { request, options }: { readonly request: InitRequest; readonly options: InitOptions },
): Promise<InitDraft> {
  const file = path.join(folder, "mesh.yaml");
  const asked = parseMeshFile(writeMesh({ ...mesh, install: "existing" }), { name: "mesh.yaml", path: file, folder });
  // Loaded where clusters are asked: from contexts a file is written at once.
  const { withOpenMesh } = await import("../clusters/open-mesh.ts");
  return withOpenMesh(asked, { ...options, installed: true }, async (open) => {
    const found = open.connections.map((one) => [
      one.cluster.name,
      one.kind === "connected" ? one.facts.installed : undefined,
    ]);
    const silent = open.connections.flatMap((one) =>
      one.kind === "connected" ? [] : [{ ...one.diagnostic, severity: "warning" as const }],
    );
    return {
      mesh: describeInstalled(mesh, Object.fromEntries(found) as FoundIstio, request.name),
      warnings: [...warnings, ...silent],
    };
  });
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
