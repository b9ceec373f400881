import type { KubeObject } from "../../../core/model/kube-object.ts";
import { meshLabel } from "../../../core/render/names.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";

/**
 * Gives an object back that was there before isthmus: applying nothing removes
 * every field that nobody else owns. Where the object cannot be without one of
 * them (a Service without ports, since whoever made it has left, or isthmus
 * itself kept it once), it is applied as it is and without the mesh's label
 * instead: nothing of it changes, and it is the mesh's no longer.
 */
export async function releaseObject(client: KubeClient, live: KubeObject, signal: AbortSignal): Promise<void> {
  const { apiVersion, kind, metadata } = live;
  const { name, namespace } = metadata;
  const identity = { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  try {
    await client.apply(identity, { signal });
  } catch (error) {
    if (!(error instanceof KubeError) || error.kind !== "invalid") {
      throw error;
    }
    const { status: _status, ...content } = live;
    const { [meshLabel]: _mesh, ...labels } = metadata.labels ?? {};
    const { annotations = {} } = metadata;
    await client.apply(
      { ...content, ...identity, metadata: { ...identity.metadata, labels, annotations } },
      { force: true, signal },
    );
  }
}
