import type { KubeClient } from "../../kube/client.ts";

/** The admin port of every Istio proxy; open inside the pod only. */
export const proxyAdminPort = 15000;

/**
 * One admin page of one proxy (`/clusters?format=json`). Waits at most 10 s.
 *
 * @throws Error when the proxy answers with another status than 200, and as `podHttpGet` does.
 */
export async function readProxyPage(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  path: string,
  signal: AbortSignal,
): Promise<string> {
  const answer = await client.podHttpGet({ namespace, pod: name, port: proxyAdminPort }, path, {
    signal,
    timeoutMs: 10_000,
  });
  if (answer.status !== 200) {
    const [page = ""] = path.split("?", 1);
    throw new Error(`the proxy of ${namespace}/${name} answered ${answer.status} to ${page}`);
  }
  return answer.body;
}
