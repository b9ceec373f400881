import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import { hasLabels } from "../model/labels.ts";
import { matching } from "./assign-versions.ts";
import { findService } from "./check-service.ts";
import type { CheckedService, Finding } from "./finding.ts";
import type { PodTemplate } from "./pod-template.ts";
import { fieldsAt, podTemplateOf, textsOf } from "./pod-template.ts";

const injectKey = "sidecar.istio.io/inject";

/** Workloads whose pods API servers refuse, that have none, or whose pods take no part in the mesh. */
export function checkPods(checked: CheckedService): readonly Finding[] {
  return checked.manifests.flatMap((object) => {
    const template = podTemplateOf(object);
    return template === undefined
      ? []
      : [
          ...checkOwnSelector(object, template),
          ...(isOfService(checked, template)
            ? [...checkReplicas(checked, object, template), ...checkSidecar(object, template)]
            : []),
        ];
  });
}

function checkOwnSelector(object: KubeObject, template: PodTemplate): readonly Finding[] {
  const selector = textsOf(fieldsAt(object, ["spec", "selector", "matchLabels"]));
  const [lacking] = Object.entries(selector).filter(([key, value]) => template.labels[key] !== value);
  // A Job's selector is not people's to write.
  return lacking === undefined || !["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].includes(object.kind)
    ? []
    : [
        {
          code: "ISM536",
          severity: "error",
          object,
          detail: `${describeId(idOf(object))} selects pods with ${lacking.join(": ")}, and its own template ${template.labels[lacking[0]] === undefined ? "does not have that label" : `says ${lacking[0]}: ${template.labels[lacking[0]] ?? ""}`}. API servers refuse that.`,
          fix: "Make spec.selector.matchLabels and spec.template.metadata.labels agree.",
        },
      ];
}

/** True for pods that have a version of the service or that its Service selects. */
function isOfService(checked: CheckedService, template: PodTemplate): boolean {
  const service = findService(checked);
  const selector = service === undefined ? {} : textsOf(fieldsAt(service, ["spec", "selector"]));
  return (
    matching(checked.service, template.labels).length > 0 ||
    (Object.keys(selector).length > 0 && hasLabels(template.labels, selector))
  );
}

/** An autoscaler in the same folder decides the number then. */
function checkReplicas(
  { service, manifests }: CheckedService,
  object: KubeObject,
  template: PodTemplate,
): readonly Finding[] {
  const [version] = matching(service, template.labels);
  const isScaled = manifests.some(
    (one) => fieldsAt(one, ["spec", "scaleTargetRef"])?.["name"] === object.metadata.name,
  );
  return fieldsAt(object, ["spec"])?.["replicas"] !== 0 || isScaled
    ? []
    : [
        {
          code: "ISM237",
          severity: "warning",
          object,
          detail: `${describeId(idOf(object))} has replicas: 0, so that ${version === undefined ? `service ${service.name}` : `version ${version.name} of service ${service.name}`} has no pods of it. Requests that a route gives to ${version === undefined ? "it" : "the version"} fail.`,
          fix: "Write the number of pods that is meant.",
        },
      ];
}

function checkSidecar(object: KubeObject, template: PodTemplate): readonly Finding[] {
  const why = reasonWithoutSidecar(template);
  return why === undefined
    ? []
    : [
        {
          code: "ISM535",
          severity: "warning",
          object,
          detail: `The pods of ${describeId(idOf(object))} get no sidecar: ${why.reason}. Other clusters do not reach them, since only a sidecar takes the mesh's mTLS.`,
          fix: why.fix,
        },
      ];
}

function reasonWithoutSidecar({
  labels,
  annotations,
  spec,
}: PodTemplate): { readonly reason: string; readonly fix: string } | undefined {
  if (spec["hostNetwork"] === true) {
    return { reason: "they are in their node's network (hostNetwork: true)", fix: "Take hostNetwork out." };
  }
  const [where, value] =
    labels[injectKey] === undefined ? ["annotation", annotations[injectKey]] : ["label", labels[injectKey]];
  return value === "false"
    ? {
        reason: `their ${where} ${injectKey} is "false"`,
        fix: `Take the ${where} ${injectKey} out of the pods' template.`,
      }
    : undefined;
}
