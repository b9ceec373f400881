import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { FindKustomizeOptions, Kustomize } from "./find-kustomize.ts";
import { findKustomize } from "./find-kustomize.ts";
import { hideSecretsOf } from "./hide-secrets.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import { findRemoteReferences } from "./find-remote-references.ts";

const run = promisify(execFile);

export interface BuildOptions extends FindKustomizeOptions {
  /** The folder that names in messages start from, absolute. */
  readonly relativeTo: string;
  readonly signal: AbortSignal;
}

/**
 * The objects of the kustomization in `folder`, as the YAML that kustomize
 * prints. Nothing is fetched: references to other machines are refused before
 * it runs (ISM241), files outside of each kustomization's folder by kustomize
 * itself (its default, `LoadRestrictionsRootOnly`), and helm and plugins are
 * off. No kustomize is ISM240, a refusal ISM242 with kustomize's words.
 */
export async function buildKustomization(folder: string, options: BuildOptions): Promise<string> {
  const name = path.relative(options.relativeTo, folder) || folder;
  const remote = await findRemoteReferences(folder, options);
  if (remote.length > 0) {
    throw invalid(
      remote.map(({ reference, range }) => ({
        ...errorOf("ISM241"),
        detail: `${reference} would be fetched each time the mesh is rendered, and what it gives may change. Rendering is offline.`,
        fix: "Fetch it once into a folder beside the kustomization, and name that folder.",
        range,
      })),
    );
  }
  const kustomize = await findKustomize(options);
  if (kustomize === undefined) {
    throw invalid([
      {
        ...errorOf("ISM240"),
        detail: `${name} is a kustomization, and there is neither kustomize nor kubectl in PATH.`,
        fix: "Install kubectl or kustomize, or give the output of `kubectl kustomize` as manifests.",
      },
    ]);
  }
  return inTemporaryFolder("kustomize", {}, async (home) => {
    try {
      return await printObjects(folder, kustomize, { home, signal: options.signal });
    } catch (error) {
      options.signal.throwIfAborted();
      const words = (await wordsOf(error, folder)).replaceAll(`${options.relativeTo}/`, "");
      throw refused(`${name}: ${words}`, error);
    }
  });
}

async function printObjects(
  folder: string,
  { file, words }: Kustomize,
  { home, signal }: { readonly home: string; readonly signal: AbortSignal },
): Promise<string> {
  const { stdout } = await run(file, [...words, "--load-restrictor=LoadRestrictionsRootOnly", folder], {
    signal,
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
    // Without git in PATH there is no way to fetch, and no settings of the caller can change the result.
    env: { PATH: home, HOME: home, XDG_CONFIG_HOME: home },
  });
  return stdout;
}

/** What kustomize says of its failure, without the values of Secrets. */
async function wordsOf(error: unknown, folder: string): Promise<string> {
  const { stderr, message, killed } = error as { stderr?: string; message: string; killed?: boolean };
  return killed === true
    ? "it did not end within a minute"
    : bareWords(await hideSecretsOf(folder, stderr?.trim() || message));
}

function refused(detail: string, cause: unknown): UserError {
  const fix =
    "Correct the kustomization; the words above are kustomize's own. `kubectl kustomize` with the folder shows the same.";
  return invalid([{ ...errorOf("ISM242"), detail, fix }], cause);
}

/** What it says, without the log line that kubectl wraps it into (`E1123 … "command failed" err="…"`). */
function bareWords(words: string): string {
  const wrapped = /^E\d{4} [^\n]*? err="(.*)"$/s.exec(words)?.[1];
  return wrapped === undefined ? words.replace(/^error: /i, "") : wrapped.replaceAll('\\"', '"');
}

function invalid(diagnostics: readonly Diagnostic[], cause?: unknown): UserError {
  return new UserError(diagnostics, exitCodes.invalidMeshFile, { cause });
}
