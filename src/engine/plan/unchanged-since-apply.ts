import type { KubeObject } from "../../core/model/kube-object.ts";
import { digestLive, digestObject } from "../../core/plan/digest.ts";
import { lastWriterOf } from "../../core/plan/last-change.ts";
import type { LastApplied } from "../../core/plan/inventory.ts";

/** True when nothing but the status was written since an apply of the very same content left the object (docs/adr/0006). */
export function isUnchangedSinceApply(
  lastApplied: LastApplied | undefined,
  desired: KubeObject,
  live: KubeObject,
): boolean {
  return (
    lastApplied !== undefined &&
    (lastApplied.resourceVersion === live.metadata["resourceVersion"] ||
      (lastApplied.live !== undefined && lastApplied.live === digestLive(live))) &&
    lastApplied.digest === digestObject(desired)
  );
}

/**
 * What a plan keeps of a live object that is unchanged since its apply: where it stands and who
 * wrote it last. The rest of a whole fleet's would be most of the memory of a plan without changes.
 */
export function withoutBody(live: KubeObject): KubeObject {
  const { name, resourceVersion, deletionTimestamp } = live.metadata;
  const writer = lastWriterOf(live);
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: {
      name,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(writer === undefined ? {} : { managedFields: [{ manager: writer.manager ?? "", time: writer.time }] }),
    },
  };
}
