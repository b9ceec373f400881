import type { Path } from "../mesh-file/path.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt, podTemplateOf } from "./pod-template.ts";

/**
 * Fields that are written and have no value, as a template without one leaves
 * them. A server-side apply takes them for the applier's: it empties what an
 * autoscaler has put there, and a label without a value is the empty text and
 * not gone (findings/kubernetes-apply-of-nothing-is-not-nothing.sh).
 */
export function checkEmptyFields(object: KubeObject): readonly Finding[] {
  const template = podTemplateOf(object);
  const spec = fieldsAt(object, ["spec"]);
  const maps: readonly Path[] = [
    ["metadata", "labels"],
    ["metadata", "annotations"],
    ...(template === undefined || template.path.length === 0
      ? []
      : [
          [...template.path, "metadata", "labels"],
          [...template.path, "metadata", "annotations"],
        ]),
  ];
  return [
    ...(template !== undefined && spec !== undefined && Object.hasOwn(spec, "replicas") && spec["replicas"] === null
      ? [
          finding(object, ["spec", "replicas"], {
            detail:
              "An apply takes the number of pods for isthmus' own then: what an autoscaler or a person has set is a conflict, and with --force-conflicts there is one pod.",
            fix: "Leave the field out where somebody else decides, or write the number.",
          }),
        ]
      : []),
    ...maps.flatMap((path) =>
      Object.entries(fieldsAt(object, path as readonly string[]) ?? {})
        .filter(([, value]) => value === null)
        .map(([key]) =>
          finding(object, [...path, key], {
            detail: "An API server makes the empty text of it, so that selectors that ask whether it is there find it.",
            fix: 'Leave it out, or write "" where the empty text is meant.',
          }),
        ),
    ),
  ];
}

function finding(object: KubeObject, at: Path, { detail, fix }: Pick<Finding, "detail" | "fix">): Finding {
  return {
    code: "ISM868",
    severity: "warning",
    object,
    at,
    detail: `${at.join(".")} of ${describeId(idOf(object))} is written and has no value. ${detail}`,
    fix,
  };
}
