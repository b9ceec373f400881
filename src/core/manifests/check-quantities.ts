import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import { parseQuantity } from "../model/quantity.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt, podTemplateOf } from "./pod-template.ts";

/** A quantity that cannot be meant, and how serious that is. */
export interface QuantityProblem {
  readonly severity: "error" | "warning";
  readonly detail: string;
  readonly fix: string;
}

/** Resources that are counted in bytes. */
const inBytes = /^(?:hugepages-.*|.*memory|.*storage)$/;

/** The resources of every container in an object. */
export function checkContainers(object: KubeObject): readonly Finding[] {
  const template = podTemplateOf(object);
  const containers = ["containers", "initContainers"].flatMap((field) => {
    const list = template?.spec[field];
    return Array.isArray(list) ? list : [];
  });
  return containers.flatMap((container: unknown) => {
    const { name } = container as { readonly name?: unknown };
    const resources = fieldsAt(container as object, ["resources"]);
    if (resources === undefined) {
      return [];
    }
    const of = `of container ${String(name)} in ${describeId(idOf(object))}`;
    return findQuantityProblems(fieldsAt(resources, ["requests"]) ?? {}, fieldsAt(resources, ["limits"]) ?? {}, of).map(
      (problem): Finding => ({ ...problem, code: "ISM238", object }),
    );
  });
}

/** What is wrong with requests and limits: no quantities, parts of a byte, a request above its limit. `of` ends a sentence. */
export function findQuantityProblems(
  requests: Readonly<Record<string, unknown>>,
  limits: Readonly<Record<string, unknown>>,
  of: string,
): readonly QuantityProblem[] {
  const each = (kind: string, values: Readonly<Record<string, unknown>>): readonly QuantityProblem[] =>
    Object.entries(values).flatMap(([resource, value]) =>
      checkOne(resource, value, `The ${kind} for ${resource} ${of}`),
    );
  const above = Object.entries(requests).flatMap(([resource, value]): readonly QuantityProblem[] => {
    const request = quantityOf(value);
    const limit = quantityOf(limits[resource]);
    return request === undefined || limit === undefined || request <= limit
      ? []
      : [
          {
            severity: "error",
            detail: `The request for ${resource} ${of} is ${String(value)}, above its limit of ${String(limits[resource])}. API servers refuse that.`,
            fix: "Raise the limit, or lower the request.",
          },
        ];
  });
  return [...each("request", requests), ...each("limit", limits), ...above];
}

function checkOne(resource: string, value: unknown, what: string): readonly QuantityProblem[] {
  const amount = quantityOf(value);
  if (amount === undefined) {
    return value === undefined || value === null
      ? []
      : [
          {
            severity: "error",
            detail: `${what} is ${JSON.stringify(value)}, which is no quantity of Kubernetes.`,
            fix: "Write a number with a suffix such as 100m or 2 for cpu, 256Mi or 1Gi for memory.",
          },
        ];
  }
  if (amount < 0) {
    return [
      { severity: "error", detail: `${what} is ${String(value)}, less than nothing.`, fix: "Write a positive amount." },
    ];
  }
  if (!inBytes.test(resource) || amount === 0) {
    return [];
  }
  const suggestion = `${String(value).replace(/m$/, "")}Mi`;
  if (/[munµ]$/.test(String(value))) {
    return [
      {
        severity: "warning",
        detail: `${what} is ${String(value)}: m is a thousandth, so that this is ${amount} bytes.`,
        fix: `Write ${suggestion} for mebibytes.`,
      },
    ];
  }
  return amount < 1024 * 1024 && resource.endsWith("memory")
    ? [
        {
          severity: "warning",
          detail: `${what} is ${String(value)}, which is ${amount} bytes. No container starts with that.`,
          fix: `Write the unit: ${/^\d+$/.test(String(value)) ? suggestion : "256Mi"}.`,
        },
      ]
    : [];
}

function quantityOf(value: unknown): number | undefined {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "string"
    ? parseQuantity(String(value))
    : undefined;
}
