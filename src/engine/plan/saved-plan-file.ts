import { writeJson } from "../../core/model/exact-json.ts";
import { createHash } from "node:crypto";
import path from "node:path";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import { replaceFile } from "../../files/replace-file.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { SavedPlan } from "../../core/plan/saved-plan.ts";
import { findStale, parseSavedPlan, savePlan } from "../../core/plan/saved-plan.ts";
import type { MeshFile } from "../mesh-file.ts";

/**
 * Writes a plan to a file that only its owner can read, whole or not at all.
 * A UserError (1, ISM065) when that does not work. `now` is in milliseconds since the epoch.
 */
export async function writeSavedPlan(
  file: string,
  plan: Plan,
  origin: { readonly meshFile: MeshFile; readonly options: SavedPlan["options"]; readonly now: number },
): Promise<void> {
  const { meshFile, options, now } = origin;
  const saved = savePlan(plan, {
    madeAt: new Date(now).toISOString(),
    meshFile: { path: meshFile.path, sha256: digestText(meshFile.text) },
    options,
  });
  try {
    await replaceFile(file, `${writeJson(saved, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new UserError(
      [problem("ISM065", (error as Error).message, "Name another file with --out.")],
      exitCodes.failed,
      { cause: error },
    );
  }
}

/** Reads a saved plan; a UserError (64, ISM064) for whatever is none. `name` is the file as the user named it. */
export async function readSavedPlan(name: string, cwd: string): Promise<SavedPlan> {
  const fix = "Make one with isthmus plan --out FILE. A mesh file is named with -f.";
  let text: string;
  try {
    text = await readText(path.resolve(cwd, name));
  } catch (error) {
    interruption().throwIfAborted();
    throw new UserError([problem("ISM064", (error as Error).message, fix)], exitCodes.usage, {
      cause: error,
    });
  }
  const saved = parseSavedPlan(text);
  if (saved === undefined) {
    const detail = `${name} is not what isthmus plan --out writes, or of a version that this program does not know`;
    throw new UserError([problem("ISM064", detail, fix)], exitCodes.usage);
  }
  return saved;
}

/** A UserError (75, ISM309) when the mesh file is not the one that a plan was made of. */
export function refuseStaleMeshFile(saved: SavedPlan, meshFile: MeshFile): void {
  if (digestText(meshFile.text) !== saved.meshFile.sha256) {
    const detail = `The mesh file ${meshFile.name} is not as it was when the plan was made (${saved.madeAt}). Nothing was changed`;
    throw stale([
      problem("ISM309", detail, "Make a new plan with isthmus plan --out FILE, read it, and apply that one."),
    ]);
  }
}

/** A UserError (75, ISM309) that names everything which would now be done otherwise than planned. */
export function refuseStalePlan(saved: SavedPlan, fresh: Plan): void {
  const found = findStale(saved, fresh);
  if (found.length > 0) {
    throw stale(found);
  }
}

function stale(diagnostics: readonly Diagnostic[]): UserError {
  return new UserError(diagnostics, exitCodes.tryAgain);
}

function problem(code: "ISM064" | "ISM065" | "ISM309", detail: string, fix: string): Diagnostic {
  return { ...errorOf(code), detail: `${detail}.`, fix };
}

function digestText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
