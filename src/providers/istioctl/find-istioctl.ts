import { errorOf } from "../../core/diagnostics/coded.ts";
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

const run = promisify(execFile);

export interface FindIstioctlOptions {
  /** The Istio version that the mesh asks for; istioctl's own version must be the same. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** More files to try after `$ISTHMUS_ISTIOCTL` and before `$PATH` (a sandbox's own istioctl). */
  readonly candidates: Iterable<string>;
}

/**
 * The istioctl of exactly the asked version, since Istio's manifests are
 * rendered by the release that they belong to. Looks at `$ISTHMUS_ISTIOCTL`,
 * the candidates, then `istioctl` and `istioctl-<version>` in `$PATH`.
 * A UserError (ISM205) lists every place and the version found there.
 */
export async function findIstioctl(options: FindIstioctlOptions): Promise<string> {
  const seen: string[] = [];
  for (const file of placesOf(options)) {
    const version = await versionOf(file);
    if (version === options.version) {
      return file;
    }
    if (version !== undefined) {
      seen.push(`${file} is ${version}`);
    }
  }
  const found = seen.length === 0 ? "None was found" : `Found: ${seen.join("; ")}`;
  throw new UserError(
    [
      {
        ...errorOf("ISM205"),
        detail: `The mesh asks for Istio ${options.version}, whose manifests are rendered by istioctl ${options.version}. ${found}.`,
        fix: `Install istioctl ${options.version} and put it into PATH, or name it in ISTHMUS_ISTIOCTL. For the sandbox's version, run: isthmus sandbox up`,
      },
    ],
    exitCodes.failed,
  );
}

function placesOf(options: FindIstioctlOptions): string[] {
  const own = options.env["ISTHMUS_ISTIOCTL"];
  const folders = (options.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return [
    ...(own === undefined || own === "" ? [] : [own]),
    ...options.candidates,
    ...folders.flatMap((folder) => [path.join(folder, `istioctl-${options.version}`), path.join(folder, "istioctl")]),
  ];
}

async function versionOf(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
  } catch {
    return undefined;
  }
  try {
    const { stdout } = await run(file, ["version", "--remote=false", "-o", "json"], { timeout: 60_000 });
    const parsed = JSON.parse(stdout) as { clientVersion?: { version?: string } };
    return parsed.clientVersion?.version ?? "of an unknown version";
  } catch (error) {
    return `not usable (${(error as Error).message.split("\n")[0]})`;
  }
}
