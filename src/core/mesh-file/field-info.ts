import { meshJsonSchema } from "./json-schema.ts";
import type { Path } from "./path.ts";

/** The part of JSON schema that the mesh file's schema is made of. */
export interface FieldInfo {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly FieldInfo[];
  readonly pattern?: string;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  /** Of a mapping without required fields: whether it needs one of several. */
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly properties?: Readonly<Record<string, FieldInfo>>;
  readonly required?: readonly string[];
  readonly items?: FieldInfo;
  /** `false`, or what the values of a map look like; `{}` = anything. */
  readonly additionalProperties?: FieldInfo | false;
}

let root: FieldInfo | undefined;

/** The whole file. */
export function rootField(): FieldInfo {
  root ??= withOpenChoices(meshJsonSchema());
  return root;
}

/** Of a field that is a mapping or something simpler, the mapping's fields are the field's own. */
function withOpenChoices(field: FieldInfo): FieldInfo {
  const { properties, required, additionalProperties } =
    field.anyOf?.find((one) => one.properties !== undefined) ?? field;
  return {
    ...field,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, inner]) => [name, withOpenChoices(inner)]),
          ),
        }),
    ...(required === undefined ? {} : { required }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: additionalProperties && withOpenChoices(additionalProperties) }),
    ...(field.items === undefined ? {} : { items: withOpenChoices(field.items) }),
  };
}

/** What stands at a path of the mesh file according to its format; undefined for what the format does not know. */
export function fieldAt(path: Path): FieldInfo | undefined {
  let field: FieldInfo | undefined = rootField();
  for (const part of path) {
    field = typeof part === "number" ? field?.items : childField(field, part);
  }
  return field;
}

/** The field of that name in a mapping, or the value of a map under that key. */
export function childField(field: FieldInfo | undefined, name: string): FieldInfo | undefined {
  const properties = field?.properties;
  if (properties !== undefined && Object.hasOwn(properties, name)) {
    return properties[name];
  }
  const values = field?.additionalProperties;
  return values === false ? undefined : values;
}

/** The type in words: `text`, `whole number`, `list of text`, `map of mappings`. */
export function describeType(field: FieldInfo): string {
  if (field.anyOf !== undefined) {
    return field.anyOf.map(describeType).join(" or ");
  }
  switch (field.type) {
    case "string":
      return "text";
    case "integer":
      return "whole number";
    case "number":
      return "number";
    case "boolean":
      return "true or false";
    case "array":
      return `list of ${plural(field.items)}`;
    case "object":
      return field.properties === undefined
        ? `map of names to ${plural(field.additionalProperties || undefined)}`
        : "mapping";
    default:
      return "anything";
  }
}

function plural(field: FieldInfo | undefined): string {
  const word = field === undefined ? "anything" : describeType(field);
  return word === "mapping" || word === "whole number" ? `${word}s` : word;
}
