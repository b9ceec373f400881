import type { z } from "zod";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { suggestName as suggest } from "../diagnostics/suggest.ts";
import { fieldsAt } from "./fields-at.ts";
import type { SourceMap, SpecPath } from "./source-map.ts";

type Issue = z.core.$ZodIssue;

/** Each finding of the schema as people read it, at its place in the file. */
export function describeIssues(issues: readonly Issue[], value: unknown, source: SourceMap): readonly Diagnostic[] {
  return issues.flatMap((issue) => describeIssue(issue, value, source));
}

function describeIssue(issue: Issue, value: unknown, source: SourceMap): readonly Diagnostic[] {
  const path = issue.path as SpecPath;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownField(path, key, source));
  }
  if (issue.code === "invalid_union") {
    return [...bestOf(issue.errors)].flatMap((one) => describeIssue({ ...one, path: [...path, ...one.path] } as Issue, value, source));
  }
  const given = valueAt(value, path);
  const name = path.length === 0 ? "The file" : nameOf(path);
  if (given === undefined) {
    return [
      {
        code: "ISM106",
        severity: "error",
        summary: "A field is missing",
        detail: `${name} is required.${issue.code === "invalid_type" ? ` It is ${article(issue.expected)}.` : ""}`,
        fix: `Add ${String(path.at(-1))}. See: isthmus explain ${explainPath(path)}`,
        range: source.locate(path),
      },
    ];
  }
  return [
    {
      code: "ISM107",
      severity: "error",
      summary: "A value is not allowed",
      detail: `${name} is ${show(given)}, but ${reason(issue)}.`,
      fix: path.length === 0 ? "Start from examples/sandbox.yaml." : `${choices(issue, given)}See: isthmus explain ${explainPath(path)}`,
      range: source.locate(path),
    },
  ];
}

function unknownField(path: SpecPath, key: string, source: SourceMap): Diagnostic {
  const known = fieldsAt(path);
  const near = suggest(key, known);
  const parent = path.length === 0 ? "the file" : nameOf(path);
  return {
    code: "ISM110",
    severity: "error",
    summary: "Unknown field",
    detail: `${parent} has no field ${key}.${near === undefined ? ` It has ${known.join(", ")}.` : ""}`,
    fix: near === undefined ? "Remove it." : `Did you mean ${near}?`,
    range: source.locateKey([...path, key]),
  };
}

/** Of a union's branches, the one that the value comes nearest to. */
function bestOf(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  return [...branches].sort((a, b) => b.filter((one) => one.path.length > 0).length - a.filter((one) => one.path.length > 0).length || a.length - b.length)[0] ?? [];
}

function reason(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${article(issue.expected)}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(", ")}`}`;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array" ? lower(issue.message) : `must be at least ${String(issue.minimum)}`;
    case "too_big":
      return issue.origin === "string" ? lower(issue.message) : `must be at most ${String(issue.maximum)}`;
    case "invalid_format":
      return issue.format === "url" ? "must be an https URL" : lower(issue.message);
    default:
      return lower(issue.message);
  }
}

function choices(issue: Issue, given: unknown): string {
  if (issue.code !== "invalid_value" || typeof given !== "string") {
    return "";
  }
  const near = suggest(given, issue.values.map(String));
  return near === undefined ? "" : `Did you mean ${near}? `;
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function article(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a map of fields",
    record: "a map",
  };
  return names[expected] ?? expected;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** `spec.services[0].port`. */
export function nameOf(path: SpecPath): string {
  let name = "";
  for (const part of path) {
    name += typeof part === "number" ? `[${part}]` : name === "" ? part : `.${part}`;
  }
  return name;
}

function explainPath(path: SpecPath): string {
  return path.filter((part) => typeof part === "string").join(".");
}

function valueAt(value: unknown, path: SpecPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null) {
      return undefined;
    }
    current = (current as Record<string | number, unknown>)[part];
  }
  return current;
}
