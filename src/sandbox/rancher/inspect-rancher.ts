import { readFile } from "node:fs/promises";
import { get } from "node:https";
import { rancherFolder, rancherUrl } from "./rancher-folder.ts";

/**
 * Asks the Rancher double whether it serves, by its `/ping`. Gives what is
 * wrong, or undefined. Rejects only with the signal's reason.
 */
export async function inspectRancher(
  sandbox: string,
  address: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  let authority: string;
  try {
    authority = await readFile(rancherFolder(sandbox).caFile, "utf8");
  } catch {
    return "Rancher has no certificate yet";
  }
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const asked = get(
        `${rancherUrl(address)}/ping`,
        { ca: authority, agent: false, timeout: 3000, signal },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      asked.on("timeout", () => asked.destroy(new Error("no answer within 3000 ms")));
      asked.on("error", reject);
    });
    return status === 200 ? undefined : `Rancher answers with ${status}`;
  } catch (error) {
    signal.throwIfAborted();
    return `Rancher does not answer (${(error as Error).message})`;
  }
}
