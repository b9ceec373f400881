import type { Path } from "./path.ts";
import { valueAt } from "./path.ts";
import { meshSchema } from "./schema/mesh.ts";
import type { FormIssue } from "./schema/text-form.ts";

/** By path, what is wrong with numbers and booleans also as text: quotes alone would lead to a second error. */
export type QuotedForms = ReadonlyMap<string, FormIssue["form"]>;

/** `paths` are those of values that should be text. */
export function formsOfQuoted(value: unknown, paths: readonly Path[]): QuotedForms {
  const places = paths.filter((path) => ["number", "boolean"].includes(typeof valueAt(value, path)));
  if (places.length === 0) {
    return new Map();
  }
  const wanted = new Set(places.map((path) => JSON.stringify(path)));
  const again = meshSchema.safeParse(writeAsText(value, [], wanted));
  return new Map(
    (again.error?.issues ?? []).flatMap((issue) => {
      const key = JSON.stringify(issue.path);
      const form =
        issue.code === "custom" && wanted.has(key) ? (issue.params as FormIssue | undefined)?.form : undefined;
      return form === undefined ? [] : [[key, form] as const];
    }),
  );
}

function writeAsText(value: unknown, path: Path, places: ReadonlySet<string>): unknown {
  if (typeof value !== "object" || value === null) {
    return places.has(JSON.stringify(path)) ? String(value) : value;
  }
  return Array.isArray(value)
    ? value.map((item, index) => writeAsText(item, [...path, index], places))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, writeAsText(item, [...path, key], places)]));
}
