import type { KubeClient } from "../../kube/client.ts";
import { proxyAdminPort } from "./read-gateways.ts";
import { readAwaitedSecrets, warmingSecretsPath } from "./read-proxy-config.ts";

/** The certificates that one proxy waits for, from its own admin page. Waits at most 10 s. */
export async function readProxySecrets(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await client.podHttpGet(pod.namespace, pod.name, proxyAdminPort, warmingSecretsPath, {
    signal,
    timeoutMs: 10_000,
  });
  if (answer.status !== 200) {
    throw new Error(`the proxy of ${pod.namespace}/${pod.name} answered ${answer.status} to /config_dump`);
  }
  return readAwaitedSecrets(answer.body);
}
