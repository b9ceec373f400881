import { access, constants, realpath } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { isHiddenFromNodes } from "../cluster/node-mounts.ts";
import { systemEnvironment } from "../process/system-command.ts";
import { sandboxDiagnostic } from "./sandbox-diagnostic.ts";

/** Programs of the operating system, with the package that usually has them. */
const tools: Readonly<Record<string, string>> = {
  ip: "iproute2",
  nft: "nftables",
  iptables: "iptables",
  nsenter: "util-linux",
  unshare: "util-linux",
  mount: "mount",
};

/** Throws a UserError with everything that stands in the way of running nodes here. `folders` must be visible to nodes. */
export async function checkMachine(folders: readonly string[]): Promise<void> {
  const problems: Diagnostic[] = [...checkRoot()];
  const missing = await findMissingTools();
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((tool) => tools[tool] ?? tool))].join(" ");
    problems.push(
      sandboxDiagnostic("ISM731", {
        detail: `Not found: ${missing.join(", ")}. Nodes cannot be put together without them.`,
        fix: `Install them, for example on Debian or Ubuntu with \`apt-get install ${packages}\`.`,
      }),
    );
  }
  for (const folder of folders) {
    const real = await realpathOfExisting(folder);
    if (isHiddenFromNodes(real)) {
      problems.push(
        sandboxDiagnostic("ISM747", {
          detail: `${folder} lies below /run, which each node has of its own.`,
          fix: "Set ISTHMUS_STATE_DIR (for the cache: XDG_CACHE_HOME) to a folder on a disk.",
        }),
      );
    }
  }
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.failed);
  }
}

/** The same for taking a sandbox down, which needs less. */
export function checkRoot(): readonly Diagnostic[] {
  if (process.platform === "linux" && process.geteuid?.() === 0) {
    return [];
  }
  const detail =
    process.platform === "linux"
      ? "The command runs without root's rights; the kernel would refuse the namespaces, cgroups and links of the clusters."
      : `Sandbox clusters are made of Linux namespaces and cgroups; this is ${process.platform}.`;
  return [sandboxDiagnostic("ISM730", { detail, fix: "Run it as root on Linux: `sudo isthmus sandbox …`." })];
}

async function findMissingTools(): Promise<readonly string[]> {
  const folders = (systemEnvironment()["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const found = await Promise.all(
    Object.keys(tools).map(async (tool) => {
      const tries = await Promise.all(folders.map(async (folder) => isExecutable(path.join(folder, tool))));
      return { tool, present: tries.includes(true) };
    }),
  );
  return found.filter(({ present }) => !present).map(({ tool }) => tool);
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The real path, also of a folder that is still to be made. */
async function realpathOfExisting(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && path.dirname(folder) !== folder) {
      return path.join(await realpathOfExisting(path.dirname(folder)), path.basename(folder));
    }
    throw error;
  }
}
