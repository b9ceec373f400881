import { readdir, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { readTextIfThere } from "../../files/read-text-if-there.ts";
import type { EngineParts } from "../engine/parts.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { renderPodNetwork } from "./component-files.ts";
import type { ClusterNodeConfig } from "./node-config.ts";
import { writePrivateFile } from "./private-file.ts";

/** What of a node's configuration the network of its pods depends on. */
export interface PodNetworkConfig extends Pick<ClusterNodeConfig, "podRange"> {
  readonly engine: Pick<EngineParts, "cniDir">;
}

/** The type of the plugin that istio-cni chains to a node's configuration. */
const istioPlugin = "istio-cni";

/**
 * Writes what containerd makes pods' networks by: the engine's plugins as
 * links, so that istio-cni can put its own beside them, and the configuration.
 * One that istio-cni has chained itself to stays, as on any node that is
 * restarted: pods that start before its agent would have no redirection.
 */
export async function preparePodNetwork(folder: ClusterFolder, config: PodNetworkConfig): Promise<void> {
  await Promise.all([linkPlugins(folder.cniPlugins, config.engine.cniDir), writeConfiguration(folder, config)]);
}

async function linkPlugins(into: string, from: string): Promise<void> {
  const names = await readdir(from);
  await Promise.all(
    names.map(async (name) => {
      const link = path.join(into, name);
      await rm(link, { force: true });
      await symlink(path.join(from, name), link);
    }),
  );
}

async function writeConfiguration(folder: ClusterFolder, config: PodNetworkConfig): Promise<void> {
  const file = path.join(folder.cni, "10-sandbox.conflist");
  if (!isChained(await readTextIfThere(file))) {
    await writePrivateFile(file, renderPodNetwork(folder, config));
  }
}

function isChained(text: string | undefined): boolean {
  try {
    const { plugins } = JSON.parse(text ?? "{}") as { readonly plugins?: readonly { readonly type?: string }[] };
    return plugins?.some(({ type }) => type === istioPlugin) ?? false;
  } catch {
    // Half a file of a machine that lost its power.
    return false;
  }
}
