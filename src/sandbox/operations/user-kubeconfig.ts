import { open, realpath, rm, rmdir, unlink } from "node:fs/promises";
import path from "node:path";
import { homeFolder } from "../../files/home-folder.ts";
import { readTextIfThere } from "../../files/read-text-if-there.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { pause } from "../cluster/pause.ts";
import { makePrivateFolder } from "../cluster/private-file.ts";
import type { MergedKubeconfig } from "./instance-record.ts";
import type { KubeconfigEntries } from "./kubeconfig.ts";
import { mergeKubeconfig, unmergeKubeconfig } from "./merge-kubeconfig.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";
import type { Environment } from "./state-folder.ts";

/** The kubeconfig that kubectl would write to: the first of `KUBECONFIG`, else `~/.kube/config`. */
export function userKubeconfigFile(env: Environment): string {
  const [first] = (env["KUBECONFIG"] ?? "").split(":").filter((file) => file !== "");
  return path.resolve(first ?? path.join(homeFolder(env), ".kube", "config"));
}

/** Puts a sandbox's entries into a kubeconfig of the user. UserError ISM743 or ISM744 when that cannot be; the file is then as it was. */
export async function mergeIntoUserKubeconfig(
  file: string,
  instance: string,
  entries: KubeconfigEntries,
  signal: AbortSignal,
): Promise<MergedKubeconfig> {
  const createdFolder = (await makePrivateFolder(path.dirname(file))) !== undefined;
  let created = false;
  await editFile(file, signal, (before) => {
    created = before === undefined;
    const result = mergeKubeconfig(before ?? "", instance, entries);
    if (result.kind === "conflict") {
      throw sandboxError("ISM743", {
        detail: `${file} already has ${result.names.join(", ")}, and they are not of the sandbox ${JSON.stringify(instance)}. Nothing was changed there.`,
        fix: "Rename or delete those entries, or leave `--merge` out and use the sandbox's own kubeconfig.",
      });
    }
    return result.text;
  });
  return { file, created, createdFolder };
}

/** Takes exactly those entries out again. A file that the merge made, and that holds nothing else, goes with them. */
export async function removeFromUserKubeconfig(
  merged: MergedKubeconfig,
  instance: string,
  signal: AbortSignal,
): Promise<void> {
  await editFile(merged.file, signal, (before) => {
    if (before === undefined) {
      return undefined;
    }
    const { text, empty } = unmergeKubeconfig(before, instance);
    return empty && merged.created ? undefined : text;
  });
  if (merged.createdFolder) {
    await rmdir(path.dirname(merged.file)).catch((error: unknown) => {
      // kubectl keeps its cache there too; then the folder has become the user's own.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "ENOENT") {
        throw error;
      }
    });
  }
}

/** Reads, edits and replaces a file under the lock that kubectl takes. The edit gives undefined for "no file". */
async function editFile(
  file: string,
  signal: AbortSignal,
  edit: (before: string | undefined) => string | undefined,
): Promise<void> {
  let release: (() => Promise<void>) | undefined;
  try {
    const target = await realpath(file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") {
        return file;
      }
      throw error;
    });
    release = await lockFile(target, signal);
    const before = await readTextIfThere(target);
    const after = edit(before);
    if (after === before) {
      return;
    }
    if (after === undefined) {
      await unlink(target);
    } else {
      await replaceFile(target, after, { mode: 0o600, keepAccess: true });
    }
  } catch (cause) {
    if (signal.aborted || (cause as Error).name === "UserError") {
      throw cause;
    }
    throw sandboxError(
      "ISM744",
      {
        detail: `${file}: ${(cause as Error).message}.`,
        fix: "Look at the file, or leave `--merge` out and use the sandbox's own kubeconfig.",
      },
      { cause },
    );
  } finally {
    await release?.();
  }
}

/** client-go's convention (tools/clientcmd/config.go lockFile): whoever makes `<file>.lock` may write. */
async function lockFile(file: string, signal: AbortSignal): Promise<() => Promise<void>> {
  const lock = `${file}.lock`;
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      await (await open(lock, "wx", 0o600)).close();
      return async () => rm(lock, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") {
        // No folder: there is nothing to edit and nothing to lock.
        return async () => undefined;
      }
      if (code !== "EEXIST") {
        throw error;
      }
      if (Date.now() > deadline) {
        throw new Error(`another program holds ${lock}; delete it if none is running`, { cause: error });
      }
      await pause(100, signal);
    }
  }
}
