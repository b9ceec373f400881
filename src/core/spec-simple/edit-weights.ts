import type { Document, Node, Scalar, YAMLMap } from "yaml";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { suggestName as suggest } from "../diagnostics/suggest.ts";

export interface WeightEdit {
  readonly service: string;
  readonly namespace?: string;
  readonly route?: string;
  /** Version → percent. Versions of the route that are not named get 0. */
  readonly weights: Readonly<Record<string, number>>;
}

export interface EditedText {
  /** The whole file; equal to the old one when nothing had to change. */
  readonly text: string;
  readonly changed: boolean;
  /** Why nothing was edited: no such service or route, or more than one. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Writes new weights into the text of a mesh file. Only the numbers change
 * (and versions that were not there are added in the same style): comments,
 * quoting, order and every other byte stay. The result is not held against
 * the rules; `parseMesh` does that.
 */
export function editWeights(text: string, edit: WeightEdit): EditedText {
  const document = parseDocument(text);
  const found = findRoute(document, edit);
  if ("problem" in found) {
    return { text, changed: false, diagnostics: [found.problem] };
  }
  const edits = planEdits(found.weights, edit.weights, text);
  const edited = [...edits].sort((a, b) => b.start - a.start).reduce((all, one) => all.slice(0, one.start) + one.text + all.slice(one.end), text);
  return { text: edited, changed: edited !== text, diagnostics: [] };
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function planEdits(weights: YAMLMap, wanted: Readonly<Record<string, number>>, text: string): readonly Replacement[] {
  const present = new Set<string>();
  const edits: Replacement[] = [];
  for (const pair of weights.items) {
    const name = String((pair.key as Scalar).value);
    const value = pair.value as Scalar | null;
    present.add(name);
    const range = value?.range;
    const percent = wanted[name] ?? 0;
    if (range !== undefined && range !== null && value?.value !== percent) {
      edits.push({ start: range[0], end: range[1], text: String(percent) });
    }
  }
  const added = Object.entries(wanted).filter(([name]) => !present.has(name));
  return added.length === 0 ? edits : [...edits, insertion(weights, added, text)];
}

/** New versions go after the last one, in the map's own style. */
function insertion(weights: YAMLMap, added: readonly (readonly [string, number])[], text: string): Replacement {
  const last = weights.items.at(-1);
  const end = (last?.value as Node | null)?.range?.[1] ?? weights.range?.[1] ?? text.length;
  if (weights.flow === true) {
    const words = added.map(([name, percent]) => `${name}: ${percent}`).join(", ");
    if (last === undefined) {
      const open = (weights.range?.[0] ?? 0) + 1;
      return { start: open, end: open, text: ` ${words} ` };
    }
    return { start: end, end, text: `, ${words}` };
  }
  const start = (last?.key as Node | undefined)?.range?.[0] ?? end;
  const indent = " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
  return { start: end, end, text: added.map(([name, percent]) => `\n${indent}${name}: ${percent}`).join("") };
}

function findRoute(document: Document, edit: WeightEdit): { readonly weights: YAMLMap } | { readonly problem: Diagnostic } {
  const services = mapsAt(document.getIn(["spec", "services"], true));
  const named = services.filter((service) => service.get("name") === edit.service);
  const matching = named.filter((service) => edit.namespace === undefined || service.get("namespace") === edit.namespace);
  const [service, second] = matching;
  if (service === undefined) {
    return { problem: noService(edit, services) };
  }
  if (second !== undefined) {
    return {
      problem: problem(
        "ISM151",
        "More than one service of this name",
        `${edit.service} is in the namespaces ${matching.map((one) => String(one.get("namespace"))).join(", ")}.`,
        "Say which one: --namespace NAME",
      ),
    };
  }
  const routes = mapsAt(service.get("routes", true));
  const [route, other] = routes.filter((one) => edit.route === undefined || one.get("name") === edit.route);
  const names = routes.map((one) => String(one.get("name")));
  if (route === undefined || other !== undefined) {
    return { problem: noRoute(edit, names) };
  }
  const weights = route.get("weights", true);
  if (!isMap(weights) || !weights.items.every((pair) => isScalar(pair.key))) {
    return { problem: problem("ISM153", "The weights cannot be edited", `The weights of ${edit.service} are not a plain map in the file.`, "Write them as weights: { v1: 50, v2: 50 }.") };
  }
  return { weights };
}

function mapsAt(node: unknown): readonly YAMLMap[] {
  return isSeq(node) ? node.items.filter((item): item is YAMLMap => isMap(item)) : [];
}

function noService(edit: WeightEdit, services: readonly YAMLMap[]): Diagnostic {
  const names = [...new Set(services.map((service) => String(service.get("name"))))];
  const near = suggest(edit.service, names);
  const where = edit.namespace === undefined ? "" : ` in namespace ${edit.namespace}`;
  return problem(
    "ISM150",
    "The mesh has no such service",
    `There is no service ${edit.service}${where}. ${names.length === 0 ? "The mesh file has no services." : `The mesh has ${names.join(", ")}.`}`,
    near === undefined ? "Name a service of spec.services." : `Did you mean ${near}?`,
  );
}

function noRoute(edit: WeightEdit, names: readonly string[]): Diagnostic {
  if (names.length === 0) {
    return problem("ISM152", "No such route", `Service ${edit.service} has no routes, so there are no weights.`, "Add a route to the mesh file and apply it first.");
  }
  const given = edit.route === undefined ? `Service ${edit.service} has several routes` : `Service ${edit.service} has no route ${edit.route}`;
  return problem("ISM152", "No such route", `${given}: ${names.join(", ")}.`, "Say which one: --route NAME");
}

function problem(code: string, summary: string, detail: string, fix: string): Diagnostic {
  return { code, severity: "error", summary, detail, fix };
}
