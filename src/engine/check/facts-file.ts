import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import { writeText } from "../../files/write-text.ts";
import { readJson, writeJson } from "../../core/model/exact-json.ts";
import type { MeshFacts } from "../../core/checks/facts.ts";
import { factsVersion } from "../../core/checks/facts.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

/** Writes a facts document, readable by its owner only: it holds no secret, and addresses of a mesh are nobody else's business. */
export async function writeFacts(file: string, facts: MeshFacts): Promise<void> {
  try {
    writeText(file, `${writeJson(facts, 2)}\n`, 0o600);
  } catch (error) {
    throw refusal(
      `${file} cannot be written: ${(error as Error).message}.`,
      "Name a file in a folder that is there.",
      error,
    );
  }
}

/** Reads what `writeFacts` wrote. A UserError (64) for anything else. */
export async function readFacts(file: string): Promise<MeshFacts> {
  let parsed: unknown;
  try {
    parsed = readJson(await readText(file));
  } catch (error) {
    interruption().throwIfAborted();
    throw refusal(
      `${file} cannot be read as JSON: ${(error as Error).message}.`,
      "Write one with isthmus check --facts-to FILE.",
      error,
    );
  }
  const facts = parsed as Partial<MeshFacts> | null;
  if (facts?.kind !== "Facts" || facts.version !== factsVersion || !Array.isArray(facts.clusters)) {
    throw refusal(
      `${file} is ${facts?.kind === "Facts" ? `facts of version ${String(facts.version)}, or a part of them` : "no facts document"}; this program reads version ${factsVersion}.`,
      "Write one with isthmus check --facts-to FILE, by the same version of isthmus.",
    );
  }
  return facts as MeshFacts;
}

function refusal(detail: string, fix: string, cause?: unknown): UserError {
  const diagnostic: Diagnostic = {
    ...errorOf("ISM410"),
    detail,
    fix,
  };
  return new UserError([diagnostic], exitCodes.usage, { cause });
}
