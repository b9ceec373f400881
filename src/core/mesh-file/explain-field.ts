import { suggestName } from "../diagnostics/suggest.ts";
import type { FieldInfo } from "./field-info.ts";
import { childField, describeType, rootField } from "./field-info.ts";

/**
 * What `isthmus explain` tells of a field of the mesh file: path, type,
 * default, allowed values, description and the fields below it. Undefined when
 * there is no such field; `suggestField` may know which was meant.
 *
 * The path starts at the top or below `spec` (`spec.clusters.network`,
 * `clusters.network`). Indices and `[]` may be there or not, and so may the
 * names in maps (`services.versions.v1.clusters`, `services.versions.clusters`).
 */
export function explainField(path: string): string | undefined {
  const parts = splitPath(path);
  const found = lookUp(parts) ?? lookUp(["spec", ...parts]);
  return found === undefined ? undefined : describe(found);
}

/** The path of the field that was probably meant; undefined when the path is right or nothing is near. */
export function suggestField(path: string): string | undefined {
  const parts = splitPath(path);
  return explainField(path) === undefined
    ? (repair(parts, { field: rootField(), name: "" }) ??
        repair(parts, { field: childField(rootField(), "spec") ?? {}, name: "spec" }))
    : undefined;
}

interface Found {
  readonly field: FieldInfo;
  /** The full path, with `[]` and `<name>` where lists and maps are. */
  readonly name: string;
  readonly required: boolean;
}

function splitPath(path: string): string[] {
  return path
    .replaceAll(/\[[^\]]*\]/g, "")
    .split(".")
    .filter((part) => part !== "" && part !== "[]");
}

function lookUp(parts: readonly string[]): Found | undefined {
  let found: Found | undefined = { field: rootField(), name: "", required: true };
  for (const part of parts) {
    found = found === undefined ? undefined : step(found, part);
  }
  return found;
}

function step(from: Found, part: string): Found | undefined {
  const place = intoList(from);
  const { field, name } = place;
  const own = field.properties?.[part];
  if (own !== undefined && Object.hasOwn(field.properties ?? {}, part)) {
    return {
      field: own,
      name: name === "" ? part : `${name}.${part}`,
      required: field.required?.includes(part) === true,
    };
  }
  const values = field.additionalProperties;
  if (values === undefined || values === false || Object.keys(values).length === 0) {
    return undefined;
  }
  const inside: Found = { field: values, name: `${name}.<name>`, required: false };
  return (
    (values.properties === undefined ? undefined : step(inside, part)) ??
    (/^<?[\w-]+>?$/.test(part) ? inside : undefined)
  );
}

function intoList(found: Found): Found {
  const { items } = found.field;
  return items === undefined ? found : { ...found, field: items, name: `${found.name}[]` };
}

/** Follows the path and replaces each part that is not there by the nearest that is. */
function repair(parts: readonly string[], start: Pick<Found, "field" | "name">): string | undefined {
  let found: Found = { ...start, required: true };
  const path = start.name === "" ? [] : [start.name];
  for (const part of parts) {
    const exact = step(found, part);
    const names = Object.keys(intoList(found).field.properties ?? {});
    const name = exact === undefined ? suggestName(part, names) : part;
    const next = exact ?? (name === undefined ? undefined : step(found, name));
    if (next === undefined || name === undefined) {
      return undefined;
    }
    path.push(name);
    found = next;
  }
  return path.length === 0 ? undefined : path.join(".");
}

function describe({ field, name, required }: Found): string {
  const allowed = field.enum ?? (field.const === undefined ? undefined : [field.const]);
  const facts: (readonly [string, string | undefined])[] = [
    ["Type", describeType(field)],
    ["Required", required && name !== "" ? "yes" : undefined],
    ["Default", field.default === undefined ? undefined : write(field.default)],
    ["Allowed", allowed?.join(", ")],
    ["Range", describeRange(field)],
    ["Form", field.pattern],
    ["Example", field.examples?.map(write).join(", ")],
    ["One of", describeChoice(field)],
  ];
  const head = facts.flatMap(([label, value]) => (value === undefined ? [] : [`${`${label}:`.padEnd(10)}${value}`]));
  const children = childrenOf(field);
  return [
    name === "" ? "The mesh file" : name,
    "",
    ...(field.description === undefined ? [] : [...wrap(field.description), ""]),
    ...head,
    ...(children.length === 0 ? [] : ["", "Fields:", ...children]),
  ].join("\n");
}

function describeRange({ minimum, maximum, minItems }: FieldInfo): string | undefined {
  // zod gives whole numbers the bounds of exact ones.
  const from = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const to = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (from !== undefined || to !== undefined) {
    return to === undefined ? `at least ${from}` : from === undefined ? `at most ${to}` : `${from} to ${to}`;
  }
  return minItems === undefined ? undefined : `at least ${minItems}`;
}

/** What a list or map is made of, or the field itself. */
function innerOf(field: FieldInfo): FieldInfo {
  const values = field.additionalProperties === false ? undefined : field.additionalProperties;
  return field.items ?? values ?? field;
}

/** The ways of which a mapping takes exactly one. */
function describeChoice(field: FieldInfo): string | undefined {
  return innerOf(field)
    .oneOf?.map(({ required }) => required.join(" with "))
    .join(", ");
}

/** The fields of a mapping, or of what a list or map is made of. */
function childrenOf(field: FieldInfo): string[] {
  const inner = innerOf(field);
  const entries = Object.entries(inner.properties ?? {});
  const width = Math.max(0, ...entries.map(([name]) => name.length)) + 2;
  return entries.map(([name, child]) => {
    const needed = inner.required?.includes(name) === true ? ", required" : "";
    const range = child.items === undefined ? describeRange(child) : undefined;
    const facts = [
      ...(range === undefined ? [] : [range]),
      ...(typeof child.default === "object" || child.default === undefined ? [] : [`default ${write(child.default)}`]),
    ];
    return `  ${name.padEnd(width)}${describeType(child)}${needed}${facts.map((fact) => `, ${fact}`).join("")}`;
  });
}

function write(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function wrap(text: string): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > 100) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
    }
  }
  return lines;
}
