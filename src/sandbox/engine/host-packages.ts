import { accessSync, constants } from "node:fs";
import path from "node:path";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import { commandFailure, engineDiagnostic } from "./engine-diagnostic.ts";
import { runCommand } from "../process/run-command.ts";
import { runStep } from "./run-step.ts";

/**
 * The programs of the system that the sandbox uses, and the Debian packages
 * that have them. What runs on the nodes (containerd, runc, CNI plugins)
 * is not among them: those packages start services when they are installed,
 * and Debian's containerd would push Docker's own off the machine. They are
 * unpacked into the engine instead.
 */
const hostPrograms = [
  { program: "ip", package: "iproute2", neededTo: "run" },
  { program: "nft", package: "nftables", neededTo: "run" },
  { program: "iptables", package: "iptables", neededTo: "run" },
  { program: "ipset", package: "ipset", neededTo: "run" },
  { program: "mmdebstrap", package: "mmdebstrap", neededTo: "make" },
  { program: "python3", package: "python3", neededTo: "make" },
] as const;

/** Debian's signing keys, for relatives of Debian that do not have them. */
const debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** root's folders of programs are not in everybody's PATH (su without a dash leaves them out). */
export const systemFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"] as const;

/** The absolute path of a program in PATH or in the system's own folders, or undefined. */
export function findProgram(program: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folders = [...(env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== ""), ...systemFolders];
  return folders.map((folder) => path.join(folder, program)).find((file) => isExecutable(file));
}

/**
 * The Debian packages of which the system lacks something that the sandbox
 * needs, sorted: to `run` clusters with an engine that is there, or to `make`
 * one, which includes running.
 */
export function missingHostPackages(
  purpose: "run" | "make",
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const needed = hostPrograms.filter((one) => purpose === "make" || one.neededTo === "run");
  const missing = needed
    .filter((one) => findProgram(one.program, env) === undefined)
    .map((one) => one.package as string);
  const keyring = purpose === "make" && !isReadable(debianKeyring) ? ["debian-archive-keyring"] : [];
  return [...missing, ...keyring].toSorted();
}

export interface InstallOptions {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Installs packages with apt-get, without recommended ones and without
 * starting any service, and says which. Does nothing when the list is empty.
 * A UserError: ISM708 without apt-get, ISM710 when apt-get fails.
 */
export async function installHostPackages(packages: readonly string[], options: InstallOptions): Promise<void> {
  if (packages.length === 0) {
    return;
  }
  const apt = findProgram("apt-get", options.env);
  if (apt === undefined) {
    throw new UserError([noAptDiagnostic(packages)], exitCodes.failed);
  }
  const env = {
    ...options.env,
    DEBIAN_FRONTEND: "noninteractive",
    NEEDRESTART_SUSPEND: "1",
    // Makes systemctl and invoke-rc.d of a package's scripts start nothing, without leaving a file (policy-rc.d) behind when this is killed.
    SYSTEMD_OFFLINE: "1",
    RUNLEVEL: "1",
  };
  const run = async (args: readonly string[]): Promise<unknown> =>
    runCommand(apt, ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], {
      signal: options.signal,
      timeoutMs: 600_000,
      env,
    });
  const step = {
    subject: "Debian packages",
    task: `installing ${packages.join(", ")}`,
    expectedSeconds: 20,
  };
  await runStep(options.onProgress, step, async (note) => {
    note("apt-get update");
    try {
      await run(["update"]);
      note(`apt-get install ${packages.join(" ")}`);
      await run(["install", "-y", "--no-install-recommends", ...packages]);
    } catch (error) {
      throw commandFailure(
        "ISM710",
        `The packages ${packages.join(", ")} are needed and could not be installed`,
        `Install them by hand: apt-get update && apt-get install --no-install-recommends ${packages.join(" ")}`,
        error,
      );
    }
  });
}

/** Says that packages are missing on a system without apt-get. */
export function noAptDiagnostic(packages: readonly string[]): ReturnType<typeof engineDiagnostic> {
  return engineDiagnostic(
    "ISM708",
    `The sandbox needs programs of the Debian packages ${packages.join(", ")}, and this system has no apt-get to install them with.`,
    "Run the sandbox on Debian or Ubuntu, or install what has these programs with this system's own package manager.",
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
