import type { Path } from "../mesh-file/path.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt, mappingsIn, podTemplateOf } from "./pod-template.ts";

/** A list whose entries are told apart by some of their fields: the `x-kubernetes-list-map-keys` of Kubernetes' API. */
interface Keyed {
  readonly field: string;
  readonly keys: readonly string[];
  /** What an entry is called in messages. */
  readonly word: string;
}

const inPods: readonly Keyed[] = [
  { field: "containers", keys: ["name"], word: "container" },
  { field: "initContainers", keys: ["name"], word: "init container" },
  { field: "volumes", keys: ["name"], word: "volume" },
];

const inContainers: readonly Keyed[] = [
  { field: "env", keys: ["name"], word: "variable" },
  { field: "ports", keys: ["containerPort", "protocol"], word: "port" },
  { field: "volumeMounts", keys: ["mountPath"], word: "mount" },
];

const ofServices: readonly Keyed[] = [{ field: "ports", keys: ["port", "protocol"], word: "port" }];

/**
 * Entries that a list has twice where API servers tell them apart by name, port
 * or path. A server-side apply refuses the object ("duplicate entries for
 * key"), also where `kubectl create` takes it and keeps the last
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy).
 */
export function checkListedTwice(object: KubeObject): readonly Finding[] {
  if (object.kind === "Service" && object.apiVersion === "v1") {
    return ofServices.flatMap((list) => findTwice(object, fieldsAt(object, ["spec"]) ?? {}, ["spec"], list));
  }
  const template = podTemplateOf(object);
  if (template === undefined) {
    return [];
  }
  const { spec, path } = template;
  return [
    ...inPods.flatMap((list) => findTwice(object, spec, [...path, "spec"], list)),
    ...["containers", "initContainers"].flatMap((field) =>
      mappingsIn(spec[field]).flatMap((container, index) =>
        inContainers.flatMap((list) =>
          findTwice(
            object,
            container,
            [...path, "spec", field, index],
            list,
            ` of container ${String(container["name"])}`,
          ),
        ),
      ),
    ),
  ];
}

type Fields = { readonly [key: string]: Json };

function findTwice(
  object: KubeObject,
  fields: Fields,
  ...[at, { field, keys, word }, of = ""]: readonly [at: Path, list: Keyed, of?: string]
): readonly Finding[] {
  const names = mappingsIn(fields[field]).map((item) =>
    keys[0] === undefined || item[keys[0]] === undefined
      ? ""
      : keys.map((key) => String(item[key] ?? (key === "protocol" ? "TCP" : ""))).join("/"),
  );
  return names.flatMap((name, index): readonly Finding[] => {
    const first = names.indexOf(name);
    return first === index || name === ""
      ? []
      : [
          {
            code: "ISM626",
            severity: "error",
            object,
            at: [...at, field, index],
            detail: `The ${word} ${name}${of} in ${describeId(idOf(object))} is listed twice: entries ${first + 1} and ${index + 1} of ${field}. API servers tell entries apart by it, and refuse an apply of the object.`,
            fix: "Delete one of the two, or correct it if another one was meant.",
          },
        ];
  });
}
