import type { Path } from "../mesh-file/path.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import { isCredential } from "../redact/mask-line.ts";
import { Secret } from "../secret.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt, podTemplateOf } from "./pod-template.ts";

/** Where API servers take texts only, by kind; `spec.template` has its own. */
const ofKinds: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ConfigMap: [["data"]],
  Secret: [["data"], ["stringData"]],
  Service: [["spec", "selector"]],
};

const ofWorkloads: readonly (readonly string[])[] = [
  ["spec", "selector", "matchLabels"],
  ["spec", "template", "metadata", "labels"],
  ["spec", "template", "metadata", "annotations"],
  ["spec", "template", "spec", "nodeSelector"],
];

/** Truth values and numbers where API servers take texts only: data, selectors, labels and annotations of pods, environments. */
export function checkTexts(object: KubeObject): readonly Finding[] {
  const paths = podTemplateOf(object) === undefined ? (ofKinds[object.kind] ?? []) : ofWorkloads;
  const own = paths.flatMap((path) =>
    Object.entries(fieldsAt(object, path) ?? {}).flatMap(([key, value]) =>
      isOther(value)
        ? [
            findingOf(object, value, {
              field: `${path.join(".")}[${JSON.stringify(key)}]`,
              name: key,
              at: [...path, key],
            }),
          ]
        : [],
    ),
  );
  return [...own, ...checkEnvironments(object)];
}

function checkEnvironments(object: KubeObject): readonly Finding[] {
  const { spec = {}, path = [] } = podTemplateOf(object) ?? {};
  return ["containers", "initContainers"].flatMap((field) => {
    const containers = spec[field];
    return (Array.isArray(containers) ? containers : []).flatMap((container: unknown, index) => {
      const { name, env } = (container ?? {}) as { readonly name?: unknown; readonly env?: unknown };
      return (Array.isArray(env) ? env : []).flatMap((one: unknown, place): readonly Finding[] => {
        const variable = (one ?? {}) as { readonly name?: unknown; readonly value?: unknown };
        const what = `The variable ${String(variable.name)} of container ${String(name)}`;
        const at = [...path, "spec", field, index, "env", place, "value"];
        return isOther(variable.value)
          ? [findingOf(object, variable.value, { field: what, name: String(variable.name), at })]
          : [];
      });
    });
  });
}

function isOther(value: unknown): boolean {
  // Texts of Secrets are wrapped.
  return !(value instanceof Secret) && value !== undefined && value !== null && typeof value !== "string";
}

/** A value: what messages call it, the name that it has there, and its place in the object. */
interface Place {
  readonly field: string;
  readonly name: string;
  readonly at: Path;
}

function findingOf(object: KubeObject, value: unknown, { field, name, at }: Place): Finding {
  // What is in a Secret, or called a password, is not shown, whatever its type.
  const shown =
    object.kind === "Secret" || isCredential(name)
      ? "no text"
      : typeof value === "boolean"
        ? `the truth value ${value}`
        : typeof value === "number" || typeof value === "bigint"
          ? `the number ${value}`
          : "a list or a mapping";
  return {
    code: "ISM534",
    severity: "error",
    object,
    at,
    detail: `${field} in ${describeId(idOf(object))} is ${shown}, and API servers take a text only.`,
    fix: "Put the value in quotes.",
  };
}
