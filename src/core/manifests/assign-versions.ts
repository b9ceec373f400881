import type { KubeObject } from "../model/kube-object.ts";
import type { Service, ServiceVersion } from "../model/mesh.ts";
import { fieldsAt, podTemplateOf, textsOf } from "./pod-template.ts";
import { hasLabels } from "../model/labels.ts";

/** Which versions of a service an object of its manifests belongs to. */
export interface Assignment {
  /** Empty = to none, and so to every cluster. */
  readonly versions: readonly ServiceVersion[];
  /**
   * What decided: the labels of the pods that it makes, its own labels (only
   * for what makes no pods), or the workload that it scales.
   */
  readonly by: "pods" | "labels" | "target" | "nothing";
}

/**
 * Which version of its service each object is. The pods decide, since a
 * version is what its subset selects: the labels of a workload's pod template,
 * whatever labels the workload itself has. Objects without pods go by their
 * own labels, and what scales a workload (`scaleTargetRef`, `targetRef`) goes
 * where that is. The rest belongs to no version.
 */
export function assignVersions(
  service: Service,
  manifests: readonly KubeObject[],
): ReadonlyMap<KubeObject, Assignment> {
  const direct = new Map(manifests.map((object) => [object, assign(service, object)] as const));
  const byName = new Map<string, KubeObject>(
    manifests.map((object) => [`${object.kind}/${object.metadata.name}`, object] as const),
  );
  return new Map(
    manifests.map((object) => {
      const own = direct.get(object) ?? nothing;
      const target = own.versions.length > 0 ? undefined : byName.get(targetOf(object) ?? "");
      const versions = (target === undefined ? undefined : direct.get(target))?.versions ?? [];
      return [object, versions.length === 0 ? own : { versions, by: "target" }] as const;
    }),
  );
}

const nothing: Assignment = { versions: [], by: "nothing" };

function assign(service: Service, object: KubeObject): Assignment {
  const template = podTemplateOf(object);
  const versions = matching(service, template?.labels ?? object.metadata.labels ?? {});
  return versions.length === 0 ? nothing : { versions, by: template === undefined ? "labels" : "pods" };
}

/** The versions whose labels are all there. */
export function matching(service: Service, labels: Readonly<Record<string, string>>): readonly ServiceVersion[] {
  return service.versions.filter((version) => hasLabels(labels, version.labels));
}

/** `Deployment/orders-v1`, for what refers to one workload in order to scale it. */
function targetOf(object: KubeObject): string | undefined {
  const reference = fieldsAt(object, ["spec", "scaleTargetRef"]) ?? fieldsAt(object, ["spec", "targetRef"]);
  const { kind = "Deployment", name } = textsOf(reference);
  return name === undefined ? undefined : `${kind}/${name}`;
}
