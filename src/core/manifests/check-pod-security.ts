import { describeId, idOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { podSecurityLabels } from "../render/pod-security.ts";
import type { CheckedService, Finding } from "./finding.ts";
import { refusedBy } from "./pod-security-standard.ts";
import { podTemplateOf } from "./pod-template.ts";

/**
 * Pods that the namespace of the service will refuse, because the mesh file has
 * it enforce a pod security standard. A warning: a cluster's administrator can
 * exempt namespaces and users, which nobody else sees.
 */
export function checkPodSecurity({ manifests }: CheckedService, mesh: Mesh): readonly Finding[] {
  const standard = podSecurityLabels(mesh)["pod-security.kubernetes.io/enforce"];
  if (standard !== "baseline" && standard !== "restricted") {
    return [];
  }
  return manifests.flatMap((object) => {
    const template = podTemplateOf(object);
    const refused = template === undefined ? [] : refusedBy(standard, template.spec);
    return refused.length === 0
      ? []
      : [
          {
            code: "ISM798" as const,
            severity: "warning" as const,
            object,
            detail: `${describeId(idOf(object))} makes pods that pod security ${standard} refuses, which spec.hardening.podSecurity has the namespace enforce: the object is taken, and no pod comes.`,
            fix: `Have the pods' template say: ${refused.join("; ")}. What stands in a securityContext goes there.`,
          },
        ];
  });
}
