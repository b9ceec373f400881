import path from "node:path";
import { interruption } from "../files/interruptible.ts";
import { readText } from "../files/read-text.ts";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { errorOf } from "../core/diagnostics/coded.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import type { Mesh } from "../core/model/mesh.ts";
import type { ParsedMesh } from "../core/mesh-file/parse.ts";
import { parseMesh } from "../core/mesh-file/parse.ts";
import { findUnsupported } from "../core/mesh-file/unsupported.ts";

/** A mesh file that holds all rules and asks for nothing that this version cannot do. */
export interface MeshFile {
  /** As the user named it; used in messages. */
  readonly name: string;
  /** Absolute folder that relative paths in the file start from. */
  readonly folder: string;
  readonly path: string;
  readonly text: string;
  readonly mesh: Mesh;
  readonly locate: ParsedMesh["locate"];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads a mesh file for an operation. Throws one UserError with all of its
 * problems: 65 for an invalid file or one that asks for what this version
 * cannot do, 64 when there is no such file.
 */
export async function readMeshFile(name: string, cwd: string): Promise<MeshFile> {
  const file = path.resolve(cwd, name);
  return parseMeshFile(await readMeshText(file, name), { name, path: file, folder: path.dirname(file) });
}

/** A mesh file from its text, held against all rules; throws as `readMeshFile` does. */
export function parseMeshFile(text: string, place: Pick<MeshFile, "name" | "path" | "folder">): MeshFile {
  const parsed = parseMesh(text, place.name);
  const errors = parsed.diagnostics.filter((one) => one.severity === "error");
  if (parsed.mesh === undefined || errors.length > 0) {
    throw new UserError(parsed.diagnostics, exitCodes.invalidMeshFile);
  }
  const unsupported = findUnsupported(parsed.mesh, parsed.locate);
  if (unsupported.length > 0) {
    throw new UserError([...unsupported, ...parsed.diagnostics], exitCodes.invalidMeshFile);
  }
  return {
    name: place.name,
    folder: place.folder,
    path: place.path,
    text,
    mesh: parsed.mesh,
    locate: parsed.locate,
    warnings: parsed.diagnostics,
  };
}

/** The text of a mesh file, or a UserError (64) that says how to get one. */
export async function readMeshText(file: string, name: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    interruption().throwIfAborted();
    throw new UserError(
      [
        {
          ...errorOf("ISM202"),
          detail: `${name}: ${whyUnread(error as NodeJS.ErrnoException)}.`,
          fix: "Name the mesh file with -f FILE, or write a new one: isthmus init",
        },
      ],
      exitCodes.usage,
      { cause: error },
    );
  }
}

function whyUnread({ code, message }: NodeJS.ErrnoException): string {
  return code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "this is a folder" : message;
}
