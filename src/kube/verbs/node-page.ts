import type { NodePort, PodHttpResponse } from "../client.ts";
import type { Connection } from "../connection.ts";

/**
 * What a program on a node answers to a GET, through the API server
 * (https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#get-connect-proxy-path-node-v1-core).
 * Asked once: a program that stands still is no reason to ask again. Where
 * the API server does not reach the port it answers by itself, with 502 or 503.
 *
 * @throws KubeError of kind `unreachable` where no answer comes within the time.
 */
export async function readNodePage(
  { transport }: Connection,
  { node, port }: NodePort,
  path: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<PodHttpResponse> {
  const subject = { verb: "get", object: { apiVersion: "v1", kind: "Node", name: node } };
  const place = `/api/v1/nodes/${encodeURIComponent(`${node}:${port}`)}/proxy${path}`;
  const { status, text } = await transport.send({
    method: "GET",
    path: place,
    timeoutMs,
    relayed: true,
    subject,
    signal,
  });
  return { status, body: text };
}
