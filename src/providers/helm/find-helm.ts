import { errorOf } from "../../core/diagnostics/coded.ts";
import { access, constants } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { runHelm, wordsOfHelm } from "./run-helm.ts";

export interface FindHelmOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** More files to try after `$ISTHMUS_HELM` and before `$PATH` (a sandbox's own helm). */
  readonly candidates: readonly string[];
  readonly signal: AbortSignal;
}

/** The oldest helm that is used: the first with `--skip-schema-validation`, which older charts of Istio need with a newer helm. */
const oldest = [3, 16] as const;

/**
 * A helm of version 3.16 or newer. Looks at `$ISTHMUS_HELM`, the candidates,
 * then `helm` in `$PATH`. A UserError (ISM208) lists every helm that was found
 * and why it was not taken.
 */
export async function findHelm(options: FindHelmOptions): Promise<string> {
  const seen: string[] = [];
  for (const file of placesOf(options)) {
    const found = await inspect(file, options);
    if (found === "usable") {
      return file;
    }
    if (found !== "absent") {
      seen.push(`${file} ${found.unusable}`);
    }
  }
  const what = seen.length === 0 ? "None was found" : `Found: ${seen.join("; ")}`;
  throw new UserError(
    [
      {
        ...errorOf("ISM208"),
        detail: `The mesh file asks for install: helm, whose charts are rendered by helm ${oldest.join(".")} or newer. ${what}.`,
        fix: "Install helm and put it into PATH, or name it in ISTHMUS_HELM. The sandbox has its own: isthmus sandbox up",
      },
    ],
    exitCodes.failed,
  );
}

function placesOf(options: FindHelmOptions): readonly string[] {
  const own = options.env["ISTHMUS_HELM"];
  const folders = (options.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return [
    ...(own === undefined || own === "" ? [] : [own]),
    ...options.candidates,
    ...folders.map((folder) => path.join(folder, "helm")),
  ];
}

async function inspect(
  file: string,
  options: FindHelmOptions,
): Promise<"usable" | "absent" | { readonly unusable: string }> {
  try {
    await access(file, constants.X_OK);
  } catch {
    return "absent";
  }
  try {
    const version = await runHelm(file, ["version", "--template", "{{.Version}}"], {
      home: tmpdir(),
      env: options.env,
      timeoutMs: 60_000,
      signal: options.signal,
    });
    return isNewEnough(version) ? "usable" : { unusable: `is ${version.trim() || "of an unknown version"}` };
  } catch (error) {
    options.signal.throwIfAborted();
    return { unusable: `does not run (${wordsOfHelm(error).split("\n")[0]})` };
  }
}

function isNewEnough(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version.trim()) ?? [];
  if (major === undefined || minor === undefined) {
    return false;
  }
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
}
