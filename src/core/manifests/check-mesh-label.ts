import { describeId, idOf } from "../model/kube-object.ts";
import { meshLabel } from "../render/names.ts";
import type { CheckedService, Finding } from "./finding.ts";

/** Manifests that carry another mesh's mark, which rendering replaces. */
export function checkMeshLabel({ manifests }: CheckedService, mesh: string): readonly Finding[] {
  return manifests.flatMap((object): readonly Finding[] => {
    const other = object.metadata.labels?.[meshLabel];
    return other === undefined || other === mesh
      ? []
      : [
          {
            code: "ISM550",
            severity: "warning",
            object,
            detail: `${describeId(idOf(object))} is marked as mesh ${JSON.stringify(other)}'s by its label ${meshLabel}. isthmus marks it as ${JSON.stringify(mesh)}'s.`,
            fix: `Take the label out of the manifest. Where the object is to stay in mesh ${JSON.stringify(other)}, take the object out of the folder.`,
          },
        ];
  });
}
