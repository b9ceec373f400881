import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { coded } from "../../core/diagnostics/coded.ts";
import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { describeId, idOf } from "../../core/model/kube-object.ts";
import type { Wave } from "../../core/render/waves.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

/** A workload of the mesh that somebody has scaled to 0. */
export interface Halted {
  readonly id: ObjectId;
  /** An error for a part of Istio, a warning for a version of a service. */
  readonly diagnostic: Diagnostic;
}

const scalable: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "ReplicaSet"]);

/**
 * Says of a workload that has no pods because of its own `replicas: 0`, which
 * the mesh file does not ask for. Where manifests name no number it belongs to
 * nobody, so that no apply sets it; undefined for everything else.
 */
export function findHalted(
  live: KubeObject,
  desired: KubeObject,
  place: { readonly cluster: string; readonly context: string; readonly wave: Wave },
): Halted | undefined {
  if (!scalable.has(live.kind) || replicasOf(live) !== 0 || replicasOf(desired) !== undefined) {
    return undefined;
  }
  const id = idOf(live);
  const ofService = place.wave === "services";
  const { namespace = "", name } = live.metadata;
  return {
    id,
    diagnostic: {
      ...coded("ISM320", ofService ? "warning" : "error"),
      detail: `${describeId(id)} of ${place.cluster} has no pods, since somebody has set its replicas to 0. The mesh file names no number for it, so the apply leaves it at that${ofService ? "" : "; the mesh does not work there without it"}.`,
      fix: `${kubectlLine(place.context)} -n ${namespace} scale ${live.kind.toLowerCase()}/${name} --replicas=1`,
      cluster: place.cluster,
      object: id,
    },
  };
}

function replicasOf(object: KubeObject): number | undefined {
  return (object["spec"] as { readonly replicas?: number } | undefined)?.replicas;
}
