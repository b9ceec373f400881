import { stat } from "node:fs/promises";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic, SourceRange } from "../../core/diagnostics/diagnostic.ts";
import type { SecretPlace } from "../../core/model/dns.ts";
import { namedFile } from "../../files/named-file.ts";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";

/** What a secret is read for and from. */
export interface SecretQuestion {
  readonly place: SecretPlace;
  /** Completes "which should hold …". */
  readonly what: string;
  /** Where the mesh file refers to it. */
  readonly range: SourceRange;
}

/** Where relative paths start, and the environment. */
export interface SecretSource {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The text of a secret without the white space around it, or why there is none. Whoever gets the text wraps it at once. */
export type SecretText =
  | { readonly text: string; readonly warnings: readonly Diagnostic[] }
  | { readonly problem: Diagnostic };

/**
 * Reads a secret that the mesh file refers to: ISM639 where it is not there or
 * empty, also as a warning where others can read its file. `~/` is the home folder.
 */
export async function readSecret(question: SecretQuestion, source: SecretSource): Promise<SecretText> {
  const { place, what, range } = question;
  if ("env" in place) {
    const text = source.env[place.env]?.trim() ?? "";
    return text === ""
      ? {
          problem: {
            ...errorOf("ISM639"),
            detail: `The environment variable ${place.env}, which should hold ${what}, is ${source.env[place.env] === undefined ? "not set" : "empty"}.`,
            fix: `Set ${place.env}, or name a file: { file: … }.`,
            range,
          },
        }
      : { text, warnings: [] };
  }
  return readFrom(namedFile(place.file, source), question);
}

async function readFrom(file: string, { what, range }: SecretQuestion): Promise<SecretText> {
  const problem = (why: string): SecretText => ({
    problem: {
      ...errorOf("ISM639"),
      detail: `The file ${file}, which should hold ${what}, ${why}.`,
      fix: "Correct the path, which is relative to the mesh file, or write the file and make it readable for yourself only.",
      range,
    },
  });
  try {
    const text = (await readText(file)).trim();
    if (text === "") {
      return problem("is empty");
    }
    const { mode } = await stat(file);
    return { text, warnings: (mode & 0o077) === 0 ? [] : [readableByOthers(file, mode, what)] };
  } catch (error) {
    interruption().throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    return problem(code === "ENOENT" ? "does not exist" : `cannot be read: ${message}`);
  }
}

function readableByOthers(file: string, mode: number, what: string): Diagnostic {
  return {
    ...warningOf("ISM639"),
    detail: `${file} holds ${what} and has the mode ${(mode & 0o777).toString(8)}, so that other users of this machine can read it.`,
    fix: `Take the rights of others away:\n    chmod 600 ${file}`,
  };
}
