import type * as z from "zod";
import { suggestName } from "../diagnostics/suggest.ts";
import type { MeshDraft } from "./draft.ts";
import type { FieldInfo } from "./field-info.ts";
import { describeType, fieldAt } from "./field-info.ts";
import type { Finding } from "./finding.ts";
import type { Path } from "./path.ts";
import { describePath, valueAt } from "./path.ts";
import type { FormIssue } from "./schema/text-form.ts";
import type { RawMesh } from "./schema/mesh.ts";
import { meshSchema } from "./schema/mesh.ts";
import { showValue } from "./show-value.ts";
import type { QuotedForms } from "./quoted-forms.ts";
import { formsOfQuoted } from "./quoted-forms.ts";
import { describeWrongType } from "./wrong-type.ts";

/** The mesh file held against its schema. */
export interface Shape {
  /** There when nothing is wrong with any single value. */
  readonly mesh?: RawMesh;
  /** Whatever has the right type. */
  readonly draft: MeshDraft;
  readonly findings: readonly Finding[];
}

type Issue = z.core.$ZodIssue;

/** Every problem of single fields at once: unknown, missing, of a wrong type, not in the right form. */
export function checkShape(value: unknown): Shape {
  // One file is read once or twice: compiling a function for each of its forms costs more than reading it without.
  const result = meshSchema.safeParse(value, { jitless: true });
  if (result.success) {
    return { mesh: result.data, draft: result.data, findings: [] };
  }
  const issues = withoutSizesOfOtherTypes(result.error.issues.flatMap(insideChoice));
  const quoted = formsOfQuoted(
    value,
    issues.filter((issue) => issue.code === "invalid_type" && issue.expected === "string").map(pathOf),
  );
  return {
    draft: keepRightTypes(value, issues) as MeshDraft,
    findings: issues.flatMap((issue) => describeIssue(issue, value, quoted)),
  };
}

/** Of a value that may be one thing or another: what is wrong inside of the one that it is meant to be, where its type tells which. */
function insideChoice(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") {
    return [issue];
  }
  const meant = issue.errors.filter(
    (issues) => !issues.some((one) => one.path.length === 0 && one.code === "invalid_type"),
  );
  const [only] = meant;
  return meant.length === 1 && only !== undefined
    ? only.map((one) => ({ ...one, path: [...issue.path, ...one.path] }))
    : [issue];
}

/** zod asks for the size of whatever has one: empty text in place of a list is of the wrong type, and that is all. */
function withoutSizesOfOtherTypes(issues: readonly Issue[]): readonly Issue[] {
  const wrong = new Set(
    issues.filter((issue) => issue.code === "invalid_type").map((issue) => JSON.stringify(pathOf(issue))),
  );
  return issues.filter(
    (issue) => !["too_small", "too_big"].includes(issue.code) || !wrong.has(JSON.stringify(pathOf(issue))),
  );
}

function describeIssue(issue: Issue, root: unknown, quoted: QuotedForms): Finding[] {
  const path = pathOf(issue);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => describeUnknown(path, key, valueAt(root, path)));
  }
  const found = valueAt(root, path);
  if (found === undefined) {
    return isMisspelt(path, root) ? [] : [describeMissing(path)];
  }
  if (path.length === 1 && (path[0] === "apiVersion" || path[0] === "kind")) {
    return [describeFormat(path, found)];
  }
  switch (issue.code) {
    case "custom":
      return [describeForm(path, found, (issue.params as FormIssue | undefined)?.form)];
    case "invalid_value":
      return [describeChoice(path, found, issue.values.map(String))];
    case "too_small":
    case "too_big":
      return [describeBounds(path, found)];
    default:
      return [describeWrongType(path, found, quoted.get(JSON.stringify(path)))];
  }
}

function describeUnknown(parent: Path, key: string, beside: unknown): Finding {
  const path = [...parent, key];
  const known = Object.keys(fieldAt(parent)?.properties ?? {});
  const near = suggestName(key, known);
  const where = parent.length === 0 ? "The mesh file" : describePath(parent);
  if (parent.at(-1) === "acme" && key === "solvers") {
    return describeSolvers(path);
  }
  return {
    code: "ISM102",
    path,
    at: "key",
    detail: `${where} has no field ${showValue(key)}, so what is written here would have no effect.`,
    fix:
      near === undefined
        ? `Delete it, or use one of the fields that there are: ${known.join(", ")}.`
        : typeof beside === "object" && beside !== null && Object.hasOwn(beside, near)
          ? `Delete it: ${near} is there already.`
          : `Did you mean ${near}?`,
  };
}

/** cert-manager's issuers have a list of solvers, one for each set of names: https://cert-manager.io/docs/configuration/acme/. */
function describeSolvers(path: Path): Finding {
  return {
    code: "ISM102",
    path,
    at: "key",
    detail: `${describePath(path)} is a list in cert-manager's issuers. An issuer of the mesh file has one solver, and no list: dns01 or http01 is a field of acme itself.`,
    fix: "Put the solver's dns01 or http01 in the place of solvers, without its selector. A second solver needs an issuer of its own, which routes then name.",
  };
}

/** Whether the field at the path is missing because it has another name there, which is told (ISM102). */
export function isMisspelt(path: Path, root: unknown): boolean {
  const parent = valueAt(root, path.slice(0, -1));
  const known = Object.keys(fieldAt(path.slice(0, -1))?.properties ?? {});
  return (
    typeof parent === "object" &&
    parent !== null &&
    !Array.isArray(parent) &&
    Object.keys(parent).some((key) => !known.includes(key) && suggestName(key, known) === path.at(-1))
  );
}

function describeMissing(path: Path): Finding {
  const name = path.at(-1);
  const parent = path.slice(0, -1);
  const about = fieldAt(path)?.description;
  return {
    code: "ISM105",
    path,
    detail: `${parent.length === 0 ? "The file" : describePath(parent)} has no ${name}, and there is no default for it.${about === undefined ? "" : ` What it is: ${lowerFirst(about)}`}`,
    fix: `Add ${exampleOf(String(name), fieldAt(path))}.`,
  };
}

function exampleOf(name: string, field: FieldInfo | undefined): string {
  if (field?.const !== undefined) {
    return `${name}: ${field.const}`;
  }
  if (field?.enum !== undefined) {
    return field.enum.map((word) => `${name}: ${word}`).join(" or ");
  }
  return `${name} (${field === undefined ? "a value" : describeType(field)})`;
}

function describeFormat(path: Path, found: unknown): Finding {
  const wanted = fieldAt(path)?.const ?? "";
  return {
    code: "ISM109",
    path,
    detail: `${describePath(path)} is ${showValue(found)}. This version of isthmus reads files with ${describePath(path)} ${wanted}.`,
    fix: `Write ${describePath(path)}: ${wanted}, if this is a mesh file; otherwise name the mesh file.`,
  };
}

function describeForm(path: Path, found: unknown, form: FormIssue["form"] | undefined): Finding {
  if (form === undefined) {
    return describeWrongType(path, found);
  }
  return {
    code: form.code,
    path,
    detail: `${describePath(path)} is ${showValue(found)}. It has to be ${form.wanted}.`,
    fix: form.fix(String(found)),
  };
}

function describeChoice(path: Path, found: unknown, allowed: readonly string[]): Finding {
  const near = typeof found === "string" ? suggestName(found, allowed) : undefined;
  return {
    code: "ISM116",
    path,
    detail: `${describePath(path)} is ${showValue(found)}. It can be ${listOr(allowed)}.`,
    fix: near === undefined ? `Write ${listOr(allowed)}.` : `Did you mean ${near}?`,
  };
}

function describeBounds(path: Path, found: unknown): Finding {
  const { minimum, maximum } = fieldAt(path) ?? {};
  if (Array.isArray(found)) {
    return {
      code: "ISM117",
      path,
      detail: `${describePath(path)} is an empty list, and at least one entry is needed.`,
      fix: "Add an entry, or delete the field if it is not needed.",
    };
  }
  return {
    code: "ISM117",
    path,
    detail: `${describePath(path)} is ${showValue(found)}. It has to be from ${minimum} to ${maximum}.`,
    fix: `Write a number from ${minimum} to ${maximum}.`,
  };
}

function listOr(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}

function lowerFirst(text: string): string {
  // Names such as DNS and Istio keep their capital.
  return /^[A-Z][a-z]*('s)? /.test(text) && !/^(Istio|Rancher)/.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
}

function pathOf(issue: Issue): Path {
  return issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
}

/** The places of wrong values as a tree, so that only the way to them is copied. */
interface WrongPlace {
  readonly inside: Map<string | number, WrongPlace>;
  wrong: boolean;
}

/** The value without what has the wrong type; text in the wrong form stays, it is text nevertheless. */
function keepRightTypes(value: unknown, issues: readonly Issue[]): unknown {
  const top: WrongPlace = { inside: new Map(), wrong: false };
  for (const issue of issues) {
    if (["invalid_type", "invalid_union", "invalid_value"].includes(issue.code)) {
      let place = top;
      for (const part of pathOf(issue)) {
        const next = place.inside.get(part) ?? { inside: new Map(), wrong: false };
        place.inside.set(part, next);
        place = next;
      }
      place.wrong = true;
    }
  }
  return copyWithout(value, top) ?? {};
}

function copyWithout(value: unknown, place: WrongPlace): unknown {
  if (place.wrong) {
    return undefined;
  }
  if (place.inside.size === 0 || typeof value !== "object" || value === null) {
    return value;
  }
  const without = (key: string | number, item: unknown): unknown => {
    const next = place.inside.get(key);
    return next === undefined ? item : copyWithout(item, next);
  };
  return Array.isArray(value)
    ? value.map((item, index) => without(index, item))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, without(key, item)]));
}
