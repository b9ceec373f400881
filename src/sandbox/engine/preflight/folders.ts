import { existsSync } from "node:fs";
import { mkdtemp, rmdir } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { engineDiagnostic } from "../engine-diagnostic.ts";

/** What folders that are made for a trial begin with. */
export const trialName = ".isthmus-preflight-";

interface KeptFolder {
  readonly code: "ISM719" | "ISM723";
  readonly what: string;
  readonly folder: string;
  /** The variables that name another folder. */
  readonly variables: string;
}

/** Whether both folders can be made and written to, each with the variable that names another. */
export async function checkFolders(folders: {
  readonly cacheDir: string;
  readonly stateDir: string;
}): Promise<readonly Diagnostic[]> {
  const kept: readonly KeptFolder[] = [
    {
      code: "ISM719",
      what: "The sandbox engine",
      folder: folders.cacheDir,
      variables: "ISTHMUS_CACHE_DIR or XDG_CACHE_HOME",
    },
    {
      code: "ISM723",
      what: "What the sandbox's clusters write",
      folder: folders.stateDir,
      variables: "ISTHMUS_STATE_DIR or XDG_STATE_HOME",
    },
  ];
  return (await Promise.all(kept.map(checkFolder))).flat();
}

async function checkFolder({ code, what, folder, variables }: KeptFolder): Promise<readonly Diagnostic[]> {
  const reason = await explainFolder(folder);
  return reason === undefined
    ? []
    : [
        engineDiagnostic(
          code,
          `${what} is kept in ${folder}, where nothing can be written: ${reason}.`,
          `Make the folder writable, or name another one with ${variables}.`,
        ),
      ];
}

/** Why nothing can be written into a folder that may have to be made yet; undefined where it can. */
export async function explainFolder(folder: string): Promise<string | undefined> {
  try {
    const trial = await mkdtemp(path.join(existingParent(folder), trialName));
    await rmdir(trial);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The folder itself, or the nearest one above it that is there. */
export function existingParent(folder: string): string {
  let candidate = path.resolve(folder);
  while (!existsSync(candidate)) {
    candidate = path.dirname(candidate);
  }
  return candidate;
}
