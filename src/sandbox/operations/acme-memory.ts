import { clusterFolder } from "../cluster/cluster-folder.ts";
import { readNodeState } from "../cluster/node-state.ts";
import { readJsonFile, writePrivateFile } from "../cluster/private-file.ts";
import { frontDoorFolder } from "../front-door/front-door-folder.ts";
import { frontDoorName } from "./instance-record.ts";
import { clusterDirectory } from "./state-folder.ts";

/**
 * Whether the ACME server was started since `rememberAccounts`: it keeps its
 * accounts in memory, and clusters keep the keys of those that it had. `folder`
 * is the sandbox's.
 */
export async function hasForgotten(folder: string): Promise<boolean> {
  const [known, now] = await Promise.all([readJsonFile(frontDoorFolder(folder).accountsFile), startOf(folder)]);
  // Without a note of an earlier start there were no accounts.
  return known !== undefined && (known as { readonly since?: string }).since !== now;
}

/** No cluster has a key of an account that the ACME server of this start does not know. */
export async function rememberAccounts(folder: string): Promise<void> {
  const since = await startOf(folder);
  await writePrivateFile(frontDoorFolder(folder).accountsFile, `${JSON.stringify({ since })}\n`);
}

async function startOf(folder: string): Promise<string | undefined> {
  const state = await readNodeState(clusterFolder(clusterDirectory(folder, frontDoorName)));
  return state?.components.find(({ name }) => name === "pebble")?.since;
}
