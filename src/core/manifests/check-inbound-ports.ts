import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import { hasLabels } from "../model/labels.ts";
import { findService } from "./check-service.ts";
import type { CheckedService, Finding } from "./finding.ts";
import type { PodTemplate } from "./pod-template.ts";
import { fieldsAt, podTemplateOf, textsOf } from "./pod-template.ts";

const exclude = "traffic.sidecar.istio.io/excludeInboundPorts";
const include = "traffic.sidecar.istio.io/includeInboundPorts";

/**
 * Annotations of pods that lead what comes to the service's port past the
 * sidecar: callers speak mTLS to these pods, which nobody ends there
 * (https://istio.io/latest/docs/reference/config/annotations/).
 */
export function checkInboundPorts(checked: CheckedService): readonly Finding[] {
  const service = findService(checked);
  const selector = textsOf(service === undefined ? undefined : fieldsAt(service, ["spec", "selector"]));
  const ports = service === undefined ? undefined : fieldsAt(service, ["spec"])?.["ports"];
  const port = (Array.isArray(ports) ? (ports as readonly Port[]) : []).find(
    (one) => one?.port === checked.service.port,
  );
  if (port === undefined || port === null || Object.keys(selector).length === 0) {
    return [];
  }
  return checked.manifests.flatMap((object): readonly Finding[] => {
    const template = podTemplateOf(object);
    const number = template === undefined ? undefined : numberOf(port.targetPort ?? port.port, template);
    const past = template === undefined || number === undefined ? undefined : pastAt(template.annotations, number);
    return template === undefined || past === undefined || !hasLabels(template.labels, selector)
      ? []
      : [findingOf(object, template, past, `${String(number)}, where Service ${checked.service.name} leads`)];
  });
}

type Port = { readonly port?: unknown; readonly targetPort?: unknown } | null;

/** The number of a port that may be a name of one of the containers' ports. */
function numberOf(target: unknown, { spec }: PodTemplate): number | undefined {
  if (typeof target === "number") {
    return target;
  }
  const containers = Array.isArray(spec["containers"]) ? spec["containers"] : [];
  const ports = containers.flatMap((one: unknown) => (one as { readonly ports?: unknown } | null)?.ports ?? []);
  const found = (ports as readonly ({ readonly name?: unknown; readonly containerPort?: unknown } | null)[]).find(
    (one) => one?.name === target,
  );
  return typeof found?.containerPort === "number" ? found.containerPort : undefined;
}

/** The annotation that leads a port past the sidecar. */
function pastAt(annotations: PodTemplate["annotations"], port: number): string | undefined {
  const has = (list: string): boolean =>
    list.split(",").some((one) => one.trim() === "*" || one.trim() === String(port));
  const [left, taken] = [annotations[exclude], annotations[include]];
  if (left !== undefined && has(left)) {
    return exclude;
  }
  return taken !== undefined && !has(taken) ? include : undefined;
}

function findingOf(object: KubeObject, template: PodTemplate, annotation: string, port: string): Finding {
  return {
    code: "ISM628",
    severity: "warning",
    object,
    at: [...template.path, "metadata", "annotations", annotation],
    detail: `The pods of ${describeId(idOf(object))} have the annotation ${annotation}: ${JSON.stringify(template.annotations[annotation])}, which leads what comes to port ${port}, past their sidecar. Gateways and other sidecars send mTLS there, which nobody ends then.`,
    fix:
      annotation === exclude
        ? "Take the port out of the annotation."
        : "Add the port to the annotation, or delete the annotation: sidecars take all ports then.",
  };
}
