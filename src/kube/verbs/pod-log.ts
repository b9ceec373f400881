import type { PodLogOptions, PodReference } from "../client.ts";
import type { Connection } from "../connection.ts";
import { collectionPath } from "../resource-paths.ts";

/** A line without end must not fill the memory; the API server cuts the text there. */
const maximumBytes = 16 * 1024 * 1024;

/** The `log` of a pod's container, as `kubectl logs --tail` reads it. */
export async function readPodLog(
  { transport, report }: Connection,
  { namespace, pod }: PodReference,
  { container, tailLines, previous = false, signal }: PodLogOptions,
): Promise<string> {
  const subject = { verb: "read the log of", object: { apiVersion: "v1", kind: "Pod", namespace, name: pod } };
  const pods = collectionPath("v1", { plural: "pods", namespaced: true }, namespace);
  const answer = await transport.send({
    method: "GET",
    path: `${pods}/${encodeURIComponent(pod)}/log`,
    query: {
      container,
      tailLines: String(tailLines),
      limitBytes: String(maximumBytes),
      ...(previous ? { previous: "true" } : {}),
    },
    subject,
    signal,
  });
  if (answer.status !== 200) {
    throw report.answerFailure(answer, subject);
  }
  return answer.text;
}
