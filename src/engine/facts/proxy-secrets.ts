import type { KubeClient } from "../../kube/client.ts";
import { readProxyPage } from "./proxy-page.ts";
import { readAwaitedSecrets, warmingSecretsPath } from "./read-proxy-config.ts";

/** The certificates that one proxy waits for, from its own admin page. Waits at most 10 s. */
export async function readProxySecrets(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  return readAwaitedSecrets(await readProxyPage(client, pod, warmingSecretsPath, signal));
}
