import type { KubeClient } from "../../kube/client.ts";
import { readProxyPage } from "./proxy-page.ts";
import { activeSecretsPath, readAwaitedSecrets, readSecretNames, warmingSecretsPath } from "./read-proxy-config.ts";

/** The Secrets that listeners of one proxy name: those that it has, and those that it has been told of and waits for. */
export interface ProxySecrets {
  readonly held: readonly string[];
  readonly awaited: readonly string[];
}

/** What one proxy says of its certificates, from its own admin pages; no page shows a key. */
export async function readProxySecrets(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<ProxySecrets> {
  // What it has first: a Secret that arrives in between is then in neither list, and in the next one.
  const held = readSecretNames(await readProxyPage(client, pod, activeSecretsPath, signal));
  return { held, awaited: readAwaitedSecrets(await readProxyPage(client, pod, warmingSecretsPath, signal)) };
}
