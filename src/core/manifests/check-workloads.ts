import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Service, ServiceVersion } from "../model/mesh.ts";
import { assignVersions, matching } from "./assign-versions.ts";
import { findService } from "./check-service.ts";
import type { CheckedService, Finding } from "./finding.ts";
import { fieldsAt, podTemplateOf, textsOf } from "./pod-template.ts";
import { hasLabels } from "../model/labels.ts";

type Labels = Readonly<Record<string, string>>;

/** Workloads of which nobody can say which version they are, versions without pods, and pods that the Service does not select. */
export function checkWorkloads(checked: CheckedService): readonly Finding[] {
  const { service, manifests } = checked;
  if (service.versions.length === 0) {
    return [];
  }
  const assigned = assignVersions(service, manifests);
  const selector = selectorOf(checked);
  const findings: Finding[] = [];
  const present = new Set<string>();
  for (const object of manifests) {
    const versions = assigned.get(object)?.versions ?? [];
    if (podTemplateOf(object) !== undefined && (object.metadata.namespace ?? service.namespace) !== service.namespace) {
      const away = podsElsewhere(service, object, versions, selector);
      findings.push(...away);
      // Said to be in the wrong place, it is not missing too.
      versions.filter(() => away.length > 0).forEach((version) => present.add(version.name));
      continue;
    }
    versions.forEach((version) => present.add(version.name));
    findings.push(...checkWorkload(checked, object, versions, selector));
  }
  const workloads = manifests.filter(
    (object) => podTemplateOf(object) !== undefined || (assigned.get(object)?.by === "labels" && isWorkload(object)),
  );
  const missing = service.versions.filter((version) => !present.has(version.name));
  // Without any workload in them the manifests leave the pods to somebody else.
  if (workloads.length > 0 && findings.every((one) => one.code !== "ISM236")) {
    findings.push(...missing.map((version) => missingVersion(checked, version)));
  }
  return findings;
}

function checkWorkload(
  { service }: CheckedService,
  object: KubeObject,
  versions: readonly ServiceVersion[],
  selector: Labels | undefined,
): readonly Finding[] {
  const template = podTemplateOf(object);
  if (template === undefined) {
    return [];
  }
  const workload = { object, labels: template.labels };
  const isSelected = selector !== undefined && hasLabels(template.labels, selector);
  const [version] = versions;
  if (version === undefined) {
    const [own] = matching(service, object.metadata.labels ?? {});
    return own === undefined
      ? isSelected
        ? [podsOfNoVersion(service, workload)]
        : []
      : [podsWithoutLabels(workload, own)];
  }
  if (versions.length > 1) {
    return [podsOfSeveral(workload, versions)];
  }
  return selector === undefined || isSelected ? [] : [podsNotSelected(service, workload, version, selector)];
}

/** A Service selects in its own namespace only, whatever labels pods elsewhere have; those that it would not select are not meant for it. */
function podsElsewhere(
  service: Service,
  object: KubeObject,
  [version]: readonly ServiceVersion[],
  selector: Labels | undefined,
): readonly Finding[] {
  const labels = podTemplateOf(object)?.labels ?? {};
  return version === undefined || selector === undefined || !hasLabels(labels, selector)
    ? []
    : [
        {
          code: "ISM234",
          severity: "error",
          object,
          detail: `${nameOf(object)} makes pods of ${version.name} of service ${service.name} in the namespace ${String(object.metadata.namespace)}, and Service ${service.name} selects pods in its own, ${service.namespace}. They would never get a request.`,
          fix: `Write namespace: ${service.namespace} in the workload's metadata, or leave the namespace out there.`,
        },
      ];
}

/** What makes pods, and the labels that these have. */
interface Workload {
  readonly object: KubeObject;
  readonly labels: Labels;
}

function podsOfSeveral({ object }: Workload, versions: readonly ServiceVersion[]): Finding {
  return {
    code: "ISM236",
    severity: "error",
    object,
    detail: `The pods of ${nameOf(object)} carry the labels of ${versions.map(describe).join(" and of ")}. They would belong to all of them, and get the share of each.`,
    fix: "Give the pods the labels of one version only, or the versions labels that exclude each other.",
  };
}

function podsOfNoVersion(service: Service, { object }: Workload): Finding {
  return {
    code: "ISM236",
    severity: "error",
    object,
    detail: `The pods of ${nameOf(object)} belong to Service ${service.name} and to none of its versions: ${service.versions.map(describe).join(", ")}. They would run in every cluster, and no route's weight would count for them.`,
    fix: `Put the labels of a version into the pods' template (spec.template.metadata.labels), for instance ${labelsText(service.versions[0]?.labels ?? {})}, or name their labels in the mesh file (versions.NAME.labels).`,
  };
}

function podsWithoutLabels({ object }: Workload, own: ServiceVersion): Finding {
  return {
    code: "ISM236",
    severity: "error",
    object,
    detail: `${nameOf(object)} itself carries the labels of ${describe(own)}, and its pods do not. A version is what its pods' labels say, so that none of them would get a request for ${own.name}.`,
    fix: `Put the labels of ${own.name} into the pods' template (spec.template.metadata.labels): ${labelsText(own.labels)}.`,
  };
}

function podsNotSelected(
  service: Service,
  { object, labels }: Workload,
  version: ServiceVersion,
  selector: Labels,
): Finding {
  return {
    code: "ISM234",
    severity: "error",
    object,
    detail: `Service ${service.name} selects ${labelsText(selector)}, and the pods of ${nameOf(object)} have ${Object.keys(labels).length === 0 ? "no labels" : labelsText(labels)}. They are ${version.name} for the mesh file and would never get a request.`,
    fix: "Make the Service's selector and the labels of the pods' template agree.",
  };
}

/** What the Service in the manifests selects; undefined without a Service, or without a selector. */
function selectorOf(checked: CheckedService): Labels | undefined {
  const object = findService(checked);
  const selector = object === undefined ? {} : textsOf(fieldsAt(object, ["spec", "selector"]));
  return Object.keys(selector).length === 0 ? undefined : selector;
}

function missingVersion({ service }: CheckedService, version: ServiceVersion): Finding {
  return {
    code: "ISM237",
    severity: "warning",
    detail: `No pods in the manifests of service ${service.name} carry the labels of its version ${describe(version)}. Requests that a route gives to it fail until something else makes such pods in ${version.clusters.join(", ")}.`,
    fix: `Add a workload whose pods have ${labelsText(version.labels)}, or take the version out of the mesh file.`,
  };
}

/** Kinds that are known to run pods, also where the manifest leaves the template to be merged in. */
function isWorkload(object: KubeObject): boolean {
  return ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"].includes(object.kind);
}

function nameOf(object: KubeObject): string {
  return describeId(idOf(object));
}

function describe(version: ServiceVersion): string {
  return `${version.name} (${labelsText(version.labels)})`;
}

function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
}
