import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { ServiceVersion } from "../model/mesh.ts";
import { assignVersions, matching } from "./assign-versions.ts";
import { findService } from "./check-service.ts";
import type { CheckedService, Finding } from "./finding.ts";
import { fieldsAt, hasLabels, podTemplateOf, textsOf } from "./pod-template.ts";

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
  selector: Readonly<Record<string, string>> | undefined,
): readonly Finding[] {
  const template = podTemplateOf(object);
  if (template === undefined) {
    return [];
  }
  const name = describeId(idOf(object));
  if (versions.length > 1) {
    return [
      {
        code: "ISM236",
        severity: "error",
        object,
        detail: `The pods of ${name} carry the labels of ${versions.map(describe).join(" and of ")}. They would belong to all of them, and get the share of each.`,
        fix: "Give the pods the labels of one version only, or the versions labels that exclude each other.",
      },
    ];
  }
  const selected = selector !== undefined && hasLabels(template.labels, selector);
  const byOwn = matching(service, object.metadata.labels ?? {});
  if (versions.length === 0) {
    const [own] = byOwn;
    return own === undefined && !selected
      ? []
      : [
          {
            code: "ISM236",
            severity: "error",
            object,
            detail:
              own === undefined
                ? `The pods of ${name} belong to Service ${service.name} and to none of its versions: ${service.versions.map(describe).join(", ")}. They would run in every cluster, and no route's weight would count for them.`
                : `${name} itself carries the labels of ${describe(own)}, and its pods do not. A version is what its pods' labels say, so that none of them would get a request for ${own.name}.`,
            fix: `Put the labels of ${own === undefined ? "a version" : own.name} into the pods' template (spec.template.metadata.labels)${own === undefined ? `, for instance ${labelsText(service.versions[0]?.labels ?? {})}` : `: ${labelsText(own.labels)}`}${own === undefined ? ", or name their labels in the mesh file (versions.NAME.labels)" : ""}.`,
          },
        ];
  }
  return selector === undefined || selected
    ? []
    : [
        {
          code: "ISM234",
          severity: "error",
          object,
          detail: `Service ${service.name} selects ${labelsText(selector)}, and the pods of ${name} have ${Object.keys(template.labels).length === 0 ? "no labels" : labelsText(template.labels)}. They are ${versions[0]?.name ?? "a version"} for the mesh file and would never get a request.`,
          fix: "Make the Service's selector and the labels of the pods' template agree.",
        },
      ];
}

/** What the Service in the manifests selects; undefined without a Service, or without a selector. */
function selectorOf(checked: CheckedService): Readonly<Record<string, string>> | undefined {
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

function describe(version: ServiceVersion): string {
  return `${version.name} (${labelsText(version.labels)})`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
}
