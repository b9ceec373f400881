import type { KubeObject } from "../../core/model/kube-object.ts";
import { compareText } from "../../core/render/order.ts";
import { meshLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import type { ResourceKind } from "../../kube/object-reference.ts";

/** What a cluster has that carries a mesh's label. */
export interface LabelledObjects {
  /** Each once, also where several kinds show the same object (Events do). */
  readonly objects: readonly KubeObject[];
  /** Kinds and groups that could not be looked at, in words, sorted: there may be more of the mesh among them. */
  readonly unseen: readonly string[];
}

/**
 * Looks through every kind that the cluster serves (or through `kinds`) for
 * objects with the mesh's label. What this user may not list is named, not
 * left out in silence. Rejects when the cluster does not answer.
 */
export async function findLabelled(
  client: KubeClient,
  mesh: string,
  signal: AbortSignal,
  kinds?: readonly ResourceKind[],
): Promise<LabelledObjects> {
  const served = kinds === undefined ? await client.listKinds({ signal }) : { kinds, unread: [] };
  const unseen: string[] = [...served.unread];
  const lists = await Promise.all(
    served.kinds.map(async (kind) => {
      try {
        return await client.list({ ...kind, labelSelector: `${meshLabel}=${mesh}` }, { signal });
      } catch (error) {
        if (error instanceof KubeError && error.kind === "no-such-kind") {
          return [];
        }
        if (error instanceof KubeError && error.kind !== "unreachable" && error.kind !== "credentials") {
          unseen.push(`${kind.kind} (${kind.apiVersion})`);
          return [];
        }
        throw error;
      }
    }),
  );
  const byUid = new Map(lists.flat().map((object) => [object.metadata["uid"] ?? object, object]));
  return { objects: [...byUid.values()], unseen: unseen.toSorted(compareText) };
}
