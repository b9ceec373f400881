import { suggestName as suggest } from "../diagnostics/suggest.ts";
import type { JsonSchema } from "./fields-at.ts";
import { fieldsOf, schemaAt } from "./fields-at.ts";

export interface Explanation {
  readonly text: string | undefined;
  /** The nearest path that exists, when the asked one does not. */
  readonly suggestion: string | undefined;
}

/** What a field of the mesh file means: `spec.clusters.network` → type, default, allowed values, fields below it. */
export function explainField(path: string): Explanation {
  const parts = path.replaceAll(/\[\d*\]/g, "").split(".").filter((part) => part !== "");
  const full = parts[0] === "spec" || parts[0] === "metadata" || parts.length === 0 ? parts : ["spec", ...parts];
  const schema = schemaAt(full);
  if (schema === undefined) {
    return { text: undefined, suggestion: suggestPath(full) };
  }
  return { text: describe(full.join("."), schema), suggestion: undefined };
}

function describe(path: string, schema: JsonSchema): string {
  const children = fieldsOf(schema);
  const parent = path === "" ? "" : `${path}.`;
  return [
    `${path === "" ? "the mesh file" : path}  <${typeOf(schema)}>`,
    ...(schema.description === undefined ? [] : [`  ${schema.description}`]),
    ...(schema.enum === undefined ? [] : [`  One of: ${schema.enum.map(String).join(", ")}`]),
    ...(schema.default === undefined || typeof schema.default === "object" ? [] : [`  Default: ${String(schema.default)}`]),
    ...(children.length === 0 ? [] : ["  Fields:", ...children.map((name) => `    ${parent}${name}`)]),
  ].join("\n");
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) {
    return `"${String(schema.const)}"`;
  }
  if (schema.items !== undefined) {
    return `list of ${typeOf(schema.items)}`;
  }
  if (schema.properties === undefined && typeof schema.additionalProperties === "object") {
    return `map of ${typeOf(schema.additionalProperties)}`;
  }
  return schema.type ?? (schema.anyOf === undefined ? "any" : schema.anyOf.map(typeOf).join(" or "));
}

function suggestPath(parts: readonly string[]): string | undefined {
  for (let length = parts.length - 1; length >= 0; length -= 1) {
    const parent = schemaAt(parts.slice(0, length));
    if (parent !== undefined) {
      const near = suggest(parts[length] ?? "", fieldsOf(parent));
      return near === undefined ? undefined : [...parts.slice(0, length), near].join(".");
    }
  }
  return undefined;
}
