import { access } from "node:fs/promises";
import { listInstances } from "./instance-record.ts";
import type { Environment } from "./state-folder.ts";
import { instanceFolder, kubeconfigFile } from "./state-folder.ts";

/** The kubeconfig files of all sandboxes, without asking whether they run. */
export async function listSandboxKubeconfigs(env: Environment): Promise<readonly string[]> {
  const files = (await listInstances(env)).map((instance) => kubeconfigFile(instanceFolder(env, instance)));
  const present = await Promise.all(
    files.map(async (file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return files.filter((_, position) => present[position]);
}
