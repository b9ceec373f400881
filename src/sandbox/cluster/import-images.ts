import type { EngineParts } from "../engine/parts.ts";
import { runCommand } from "../process/run-command.ts";
import { systemEnvironment } from "../process/system-command.ts";
import { clusterFolder } from "./cluster-folder.ts";
import { containerdSocket } from "./component-files.ts";
import { findNodeProcess } from "./start-node.ts";

export interface ImportImagesOptions {
  /** The cluster's folder. */
  readonly dir: string;
  readonly engine: EngineParts;
  /** A docker-archive. */
  readonly archive: string;
  /** Its images, as manifests name them. */
  readonly names: readonly string[];
  readonly signal: AbortSignal;
}

/** Gives a node's containerd the images of an archive, where it lacks one: it has no way out to a registry. Throws a CommandError. */
export async function importImages({ dir, engine, archive, names, signal }: ImportImagesOptions): Promise<void> {
  const node = await findNodeProcess(clusterFolder(dir));
  if (node === undefined) {
    throw new Error("the node does not run");
  }
  const ctr = async (...args: readonly string[]): Promise<string> => {
    const enter = ["--target", String(node.pid), "--mount", "--", engine.programs.ctr];
    const { stdout } = await runCommand(
      "nsenter",
      [...enter, "--address", containerdSocket, "--namespace", "k8s.io", ...args],
      { signal, timeoutMs: 120_000, env: systemEnvironment() },
    );
    return stdout;
  };
  const known = new Set((await ctr("images", "list", "--quiet")).split("\n"));
  if (!names.every((name) => known.has(name))) {
    await ctr("images", "import", "--snapshotter", "overlayfs", archive);
  }
}
