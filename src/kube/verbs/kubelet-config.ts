import type { Json } from "../../core/model/kube-object.ts";
import type { Connection } from "../connection.ts";
import { readParsed } from "../wire/read-answer.ts";

/** A kubelet that lives answers at once. */
const answerMs = 5000;

/**
 * The configuration with which a node's kubelet runs, through the API server
 * (`kubeletconfig` of https://kubernetes.io/docs/tasks/administer-cluster/kubelet-config-file/#viewing-the-kubelet-configuration).
 *
 * @throws KubeError where the account may not ask kubelets (`nodes/proxy`), or the kubelet does not answer within 5 s.
 */
export async function readKubeletConfig(
  { transport, report }: Connection,
  node: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, Json>>> {
  const subject = { verb: "get", object: { apiVersion: "v1", kind: "Node", name: node } };
  const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/configz`;
  const answer = await transport.send({ method: "GET", path, timeoutMs: answerMs, subject, signal });
  if (answer.status !== 200) {
    throw report.answerFailure(answer, subject);
  }
  const { kubeletconfig } = readParsed(answer, subject, report) as { readonly kubeletconfig?: Json };
  return (kubeletconfig ?? {}) as Readonly<Record<string, Json>>;
}
