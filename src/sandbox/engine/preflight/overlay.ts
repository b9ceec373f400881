import { mkdir, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { engineDiagnostic } from "../engine-diagnostic.ts";
import { existingParent, trialName } from "./folders.ts";
import type { Trial } from "./try-command.ts";
import { tryCommand } from "./try-command.ts";

/** Whether overlayfs can be mounted where these folders are (ISM705), each place once. */
export async function checkOverlay(folders: readonly string[], trial: Trial): Promise<readonly Diagnostic[]> {
  const parents = new Set(folders.map(existingParent));
  const results = await Promise.all([...parents].map(async (folder) => await tryOverlay(folder, trial)));
  return results.flat();
}

async function tryOverlay(folder: string, trial: Trial): Promise<readonly Diagnostic[]> {
  let place: string;
  try {
    place = await mkdtemp(path.join(folder, trialName));
  } catch {
    // Told by checkFolders.
    return [];
  }
  try {
    const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map((name) => path.join(place, name));
    for (const one of [lower, upper, work, merged]) {
      await mkdir(String(one));
    }
    const mount = [
      "mount",
      "-t",
      "overlay",
      "overlay",
      "-o",
      `lowerdir=${lower},upperdir=${upper},workdir=${work}`,
      String(merged),
    ];
    const said = await tryCommand("unshare", ["--mount", "--", ...mount], trial);
    return said === undefined
      ? []
      : [
          engineDiagnostic(
            "ISM705",
            `containerd stacks image layers with overlayfs; mounting one in ${folder} failed: ${said}.`,
            "Use a folder on a local disk (ext4, xfs, btrfs; not inside a container's own file system): ISTHMUS_CACHE_DIR names the cache. If the kernel does not know overlayfs: modprobe overlay",
          ),
        ];
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
