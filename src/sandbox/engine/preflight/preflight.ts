import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { cacheFolder } from "../cache-folder.ts";
import { findEngine } from "../find-engine.ts";
import { findProgram, missingHostPackages, noAptDiagnostic } from "../host-packages.ts";
import { checkCgroups } from "./cgroups.ts";
import { checkDisk } from "./disk.ts";
import { checkFolders } from "./folders.ts";
import { checkKernelNetworking } from "./kernel-networking.ts";
import { describeMachine } from "./machine.ts";
import { checkNamespaces } from "./namespaces.ts";
import { checkOverlay } from "./overlay.ts";
import type { Trial } from "./try-command.ts";

export interface PreflightOptions {
  /** Where the sandbox keeps the state of its clusters; need not exist yet. */
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** The folder with go.mod and the other pinned files; default: the one that belongs to this program. */
  readonly sourceDir?: string;
  /** Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Everything that this machine lacks for a sandbox, all at once; empty when
 * nothing is. Things are tried rather than guessed, and every trial is undone.
 * Installs nothing. Ports are not looked at: every node listens in its own
 * network namespace, never on the machine's.
 */
export async function checkPreflight(options: PreflightOptions): Promise<readonly Diagnostic[]> {
  const machine = describeMachine(process.platform, process.arch, process.getuid?.());
  if (machine.some((one) => one.code !== "ISM702")) {
    // Without Linux or root no trial below says anything more.
    return machine;
  }
  const env = options.env ?? process.env;
  const cached =
    findEngine({
      env,
      ...(options.sourceDir === undefined ? {} : { sourceDir: options.sourceDir }),
    }) !== undefined;
  const cacheDir = cacheFolder(env);
  const { stateDir, signal } = options;
  const [namespaces, ...others] = await Promise.all([
    checkNamespaces({ env, signal }),
    checkCgroups(),
    checkDisk({ cacheDir, stateDir, cached }),
    checkPackages(cached ? "run" : "make", env),
    checkFolders({ cacheDir, stateDir }),
  ]);
  // These are tried in namespaces, so that without them nothing is known.
  const inNamespaces =
    namespaces.length > 0
      ? []
      : [await checkOverlay([cacheDir, stateDir], { env, signal }), await checkKernelNetworking(env, signal)];
  return [...machine, ...namespaces, ...others.flat(), ...inNamespaces.flat()];
}

async function checkPackages(purpose: "run" | "make", env: Trial["env"]): Promise<readonly Diagnostic[]> {
  const missing = missingHostPackages(purpose, env);
  return missing.length > 0 && findProgram("apt-get", env) === undefined ? [noAptDiagnostic(missing)] : [];
}
