import type { Path } from "../mesh-file/path.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Finding } from "./finding.ts";
import { podTemplateOf, textsOf } from "./pod-template.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly longest: number;
  readonly words: string;
}

const subdomain: Rule = {
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
  longest: 253,
  words: "small letters, digits, - and ., with a letter or digit at each end, 253 at most",
};
/** Since Kubernetes 1.36 a Service's name may begin with a digit too. */
const name: Rule = {
  pattern: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  longest: 63,
  words: "small letters, digits and -, with a letter or digit at each end, 63 at most",
};
const labelValue: Rule = {
  pattern: /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
  longest: 63,
  words: "letters, digits, -, _ and ., with a letter or digit at each end, 63 at most",
};

/** Groups of Kubernetes itself whose names are all of this form; those of rbac.authorization.k8s.io are freer. */
const groups: ReadonlySet<string> = new Set(["", "apps", "batch", "autoscaling", "policy", "networking.k8s.io"]);

/**
 * Names and values of labels that API servers refuse
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/,
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set).
 */
export function checkNames(object: KubeObject): readonly Finding[] {
  const { group, kind } = idOf(object);
  const template = podTemplateOf(object);
  const labels: readonly (readonly [Path, Readonly<Record<string, string>>])[] = [
    [["metadata", "labels"], textsOf(object.metadata.labels)],
    ...(template === undefined || template.path.length === 0
      ? []
      : [[[...template.path, "metadata", "labels"], template.labels] as const]),
  ];
  return [
    ...(groups.has(group)
      ? refuse(object, {
          at: ["metadata", "name"],
          value: object.metadata.name,
          rule: kind === "Service" || kind === "Namespace" ? name : subdomain,
        })
      : []),
    ...labels.flatMap(([path, values]) =>
      Object.entries(values).flatMap(([key, value]) => refuse(object, { at: [...path, key], value, rule: labelValue })),
    ),
  ];
}

function refuse(
  object: KubeObject,
  { at, value, rule }: { readonly at: Path; readonly value: string; readonly rule: Rule },
): readonly Finding[] {
  return value.length <= rule.longest && rule.pattern.test(value)
    ? []
    : [
        {
          code: "ISM869",
          severity: "error",
          object,
          at,
          detail: `${at.join(".")} of ${describeId(idOf(object))} is ${JSON.stringify(value)}, and API servers take ${rule.words}. They refuse the object.`,
          fix: "Write it in these characters.",
        },
      ];
}
