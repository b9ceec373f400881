import { KubeError } from "../../../kube/errors.ts";

/**
 * What a rule lists of one cluster; empty where the kind is not there, this
 * account may not list it, or the cluster does not answer any more: of that the
 * plan tells, which asks it next, and the other clusters are judged all the same.
 */
export async function listOrNone<Item>(
  list: () => Promise<readonly Item[]>,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  try {
    return await list();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof KubeError) {
      return [];
    }
    throw error;
  }
}
