import type { Node, YAMLMap } from "yaml";
import { isMap } from "yaml";
import type { Json } from "../model/kube-object.ts";

/** Why kubectl takes a value for no object; `start` is the offset of the field, if it is there. */
export interface MetadataProblem {
  readonly detail: string;
  readonly fix: string;
  readonly start?: number;
}

type Fields = { readonly [key: string]: Json };

/** What every object needs, and the types that kubectl holds every object to: names, labels and annotations are texts. */
export function findMetadataProblem(value: Fields, node: YAMLMap | undefined): MetadataProblem | undefined {
  const { apiVersion, kind, metadata } = value;
  const missing = [
    ...(isText(apiVersion) ? [] : ["apiVersion"]),
    ...(isText(kind) ? [] : ["kind"]),
    ...(isFields(metadata) && metadata["name"] !== undefined ? [] : ["metadata.name"]),
  ];
  if (apiVersion !== undefined && !isText(apiVersion)) {
    return notText("apiVersion", apiVersion, startOf(node, ["apiVersion"]));
  }
  if (isFields(metadata)) {
    const found = findUntypedMetadata(metadata, node);
    if (found !== undefined) {
      return found;
    }
    if (metadata["name"] === undefined && metadata["generateName"] !== undefined) {
      return {
        detail: "The object has metadata.generateName and no name, so that every apply would make another one.",
        fix: "Give it a name of its own (metadata.name).",
      };
    }
  }
  return missing.length === 0
    ? undefined
    : {
        detail: `A document has no ${missing.join(", no ")}.`,
        fix: "Every document of a manifest is one object with apiVersion, kind and metadata.name, or a List of such objects.",
      };
}

function findUntypedMetadata(metadata: Fields, node: YAMLMap | undefined): MetadataProblem | undefined {
  for (const field of ["name", "namespace", "generateName"]) {
    const value = metadata[field];
    if (value !== undefined && value !== null && !isText(value)) {
      return notText(`metadata.${field}`, value, startOf(node, ["metadata", field]));
    }
  }
  for (const field of ["labels", "annotations"]) {
    const map = metadata[field];
    if (map === undefined || map === null) {
      continue;
    }
    if (!isFields(map)) {
      return {
        detail: `metadata.${field} is no mapping.`,
        fix: `Write metadata.${field} as a mapping of texts.`,
        ...startOf(node, ["metadata", field]),
      };
    }
    for (const [key, value] of Object.entries(map)) {
      if (value !== null && typeof value !== "string") {
        return notText(`metadata.${field}[${JSON.stringify(key)}]`, value, startOf(node, ["metadata", field, key]));
      }
    }
  }
  return undefined;
}

function notText(field: string, value: Json, start: { readonly start?: number }): MetadataProblem {
  const what =
    typeof value === "boolean"
      ? `the truth value ${value}`
      : typeof value === "number" || typeof value === "bigint"
        ? `the number ${value}`
        : value === null
          ? "null"
          : "a list or a mapping";
  return {
    detail: `${field} is ${what} and has to be a text: kubectl and API servers refuse the object.`,
    fix: `Put the value of ${field} in quotes.`,
    ...start,
  };
}

function startOf(node: YAMLMap | undefined, path: readonly string[]): { readonly start?: number } {
  let at: unknown = node;
  for (const part of path) {
    at = isMap(at) ? at.get(part, true) : undefined;
  }
  const start = (at as Node | undefined)?.range?.[0];
  return start === undefined ? {} : { start };
}

function isText(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
