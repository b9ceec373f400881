import type { Path } from "../mesh-file/path.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt, podTemplateOf } from "./pod-template.ts";

/** Fields of pods, Services and workloads that API servers take a whole number for. */
const numbers: ReadonlySet<string> = new Set([
  "activeDeadlineSeconds",
  "backoffLimit",
  "completions",
  "containerPort",
  "defaultMode",
  "expirationSeconds",
  "failureThreshold",
  "fsGroup",
  "hostPort",
  "initialDelaySeconds",
  "minReadySeconds",
  "mode",
  "nodePort",
  "parallelism",
  "periodSeconds",
  "progressDeadlineSeconds",
  "replicas",
  "revisionHistoryLimit",
  "runAsGroup",
  "runAsUser",
  "successThreshold",
  "terminationGracePeriodSeconds",
  "timeoutSeconds",
]);

/** Those that they take a truth value for. */
const truths: ReadonlySet<string> = new Set([
  "allowPrivilegeEscalation",
  "automountServiceAccountToken",
  "enableServiceLinks",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "optional",
  "privileged",
  "publishNotReadyAddresses",
  "readOnly",
  "readOnlyRootFilesystem",
  "runAsNonRoot",
  "shareProcessNamespace",
]);

/** Mappings whose keys are people's own. */
const free: ReadonlySet<string> = new Set([
  "annotations",
  "labels",
  "limits",
  "matchLabels",
  "nodeSelector",
  "options",
  "requests",
  "selector",
  "volumeAttributes",
]);

/** Texts where API servers take a number or a truth value: in what makes pods, and in Services. */
export function checkValueTypes(object: KubeObject): readonly Finding[] {
  const isService = object.kind === "Service" && object.apiVersion === "v1";
  const spec = isService || podTemplateOf(object) !== undefined ? fieldsAt(object, ["spec"]) : undefined;
  return spec === undefined ? [] : [...findTexts(spec, ["spec"])].map((found) => findingOf(object, found));
}

interface Found {
  readonly at: Path;
  readonly value: string;
  readonly wanted: "number" | "truth value" | "number or name";
}

function* findTexts(value: Json, at: Path): Generator<Found> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* findTexts(item as Json, [...at, index]);
    }
    return;
  }
  if (typeof value !== "object" || value === null) {
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const path = [...at, key];
    if (typeof inner === "string") {
      const wanted = wantedAt(path, inner);
      if (wanted !== undefined) {
        yield { at: path, value: inner, wanted };
      }
    } else if (!free.has(key)) {
      yield* findTexts(inner, path);
    }
  }
}

function wantedAt(at: Path, value: string): Found["wanted"] | undefined {
  const key = String(at.at(-1));
  // The port of a probe, and what a Service's port leads to, may also be a name, which has a letter.
  if ((key === "targetPort" || key === "port") && /^\d+$/.test(value)) {
    return key === "port" && at.at(-3) === "ports" ? "number" : "number or name";
  }
  if (key === "port" && at.at(-3) === "ports") {
    return "number";
  }
  return numbers.has(key) ? "number" : truths.has(key) ? "truth value" : undefined;
}

function findingOf(object: KubeObject, { at, value, wanted }: Found): Finding {
  const field = at.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`));
  const isWritten = wanted === "truth value" ? /^(?:true|false)$/.test(value) : /^\d+$/.test(value);
  return {
    code: "ISM614",
    severity: "error",
    object,
    at,
    detail: `${field.join("")} in ${describeId(idOf(object))} is the text ${JSON.stringify(value)}, and API servers take ${wanted === "number or name" ? "a number, or the name of a port, which has a letter" : `a ${wanted}`}. They refuse the object.`,
    fix: isWritten
      ? `Write ${value} without quotes.`
      : wanted === "truth value"
        ? "Write true or false, without quotes."
        : "Write a whole number, without quotes.",
  };
}
