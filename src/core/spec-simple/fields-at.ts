import { z } from "zod";
import { meshSchema } from "./schema.ts";
import type { SpecPath } from "./source-map.ts";

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
}

let cached: JsonSchema | undefined;

/** The JSON schema of the mesh file (draft 2020-12), from the same definition that checks it. */
export function meshJsonSchema(): object {
  cached ??= z.toJSONSchema(meshSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return cached;
}

/** The schema of the field at a path; list indices and map keys are skipped over. Undefined when there is none. */
export function schemaAt(path: SpecPath): JsonSchema | undefined {
  let schema: JsonSchema | undefined = meshJsonSchema();
  for (const part of path) {
    schema = schema === undefined ? undefined : step(schema, part);
  }
  return schema;
}

/** The names of the fields that may stand at a path. */
export function fieldsAt(path: SpecPath): readonly string[] {
  const schema = schemaAt(path);
  return schema === undefined ? [] : fieldsOf(schema);
}

/** The names of the fields of a schema, those of all branches of a union. */
export function fieldsOf(schema: JsonSchema): readonly string[] {
  const own = Object.keys(schema.properties ?? {});
  const inBranches = (schema.anyOf ?? []).flatMap(fieldsOf);
  return [...new Set([...own, ...inBranches, ...(schema.items === undefined ? [] : fieldsOf(schema.items))])];
}

function step(schema: JsonSchema, part: string | number): JsonSchema | undefined {
  if (typeof part === "number") {
    return schema.items;
  }
  const own = schema.properties?.[part] ?? schema.items?.properties?.[part];
  if (own !== undefined) {
    return own;
  }
  for (const branch of schema.anyOf ?? []) {
    const found = step(branch, part);
    if (found !== undefined) {
      return found;
    }
  }
  const rest = schema.additionalProperties;
  return typeof rest === "object" ? rest : undefined;
}

export type { JsonSchema };
