import { isLeftover } from "../../core/decide/probe-leftover.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { meshLabel } from "../../core/render/names.ts";
import { probeLabel } from "../../core/render/probe-pod.ts";
import { hasEnded } from "../../files/process-mark.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isRefusal } from "../../kube/errors.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { RunOptions } from "../options.ts";
import { runTask } from "../progress/run-task.ts";

/**
 * The probe pods of a mesh in a cluster, whoever made them. Where the user may
 * not list pods everywhere, those of the given namespaces, as far as these may
 * be listed.
 */
export async function listProbePods(
  client: KubeClient,
  mesh: string,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const query = { apiVersion: "v1", kind: "Pod", labelSelector: `${meshLabel}=${mesh},${probeLabel}` };
  const list = async (namespace?: string): Promise<readonly KubeObject[] | undefined> => {
    try {
      return await client.list({ ...query, ...(namespace === undefined ? {} : { namespace }) }, { signal });
    } catch (error) {
      if (isRefusal(error)) {
        return undefined;
      }
      throw error;
    }
  };
  return (await list()) ?? (await Promise.all(namespaces.map(list))).flatMap((pods) => pods ?? []);
}

/** Deletes every probe pod of a mesh that is removed; what the user may not list stays until its own deadline ends it. */
export async function deleteProbePods(
  { client }: Connected,
  mesh: string,
  { signal, onNote }: { readonly signal: AbortSignal; readonly onNote: (note: string) => void },
): Promise<void> {
  for (const pod of await listProbePods(client, mesh, [], signal)) {
    onNote(`${pod.metadata.namespace}/${pod.metadata.name}, a probe pod that an earlier run left`);
    await client.delete(referenceOf(pod), { signal });
  }
}

/** Deletes the probe pods that runs which were killed have left in a cluster, each as a task that names it. */
export async function deleteLeftovers(
  { cluster, client }: Connected,
  { mesh, namespaces }: { readonly mesh: string; readonly namespaces: readonly string[] },
  options: RunOptions,
): Promise<void> {
  const pods = await listProbePods(client, mesh, namespaces, options.signal);
  const left = pods.filter((pod) => isLeftover(pod, options.now(), hasEnded));
  await Promise.all(
    left.map(async (pod) => {
      const { namespace, name } = pod.metadata;
      const task = `deleting ${namespace}/${name}, a probe pod that an earlier run left`;
      await runTask({ cluster: cluster.name, task }, options, async () => {
        await client.delete(referenceOf(pod), { signal: options.signal });
      });
    }),
  );
}
