import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { suggestName } from "../diagnostics/suggest.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { meshFileCodes } from "./finding.ts";
import type { SpecCode } from "./finding.ts";
import { findEntry } from "./locate.ts";
import { parseMesh } from "./parse.ts";
import type { Path } from "./path.ts";
import { readYaml } from "./read-yaml.ts";
import { isWeight } from "./rules/weight-range.ts";
import { suggestVersion } from "./rules/weight-versions.ts";
import { createSourceText } from "./source-text.ts";
import { replaceWeights } from "./replace-weights.ts";

export interface WeightEdit {
  /** The name of a service of the file. */
  readonly service: string;
  /** Needed where several namespaces have a service of that name. */
  readonly namespace?: string;
  /** Needed where the service has several routes. */
  readonly route?: string;
  /** Version → whole percent, with the sum 100. Versions that are not named get 0. */
  readonly weights: Readonly<Record<string, number>>;
  /** The file as the user named it, for messages; default `mesh.yaml`. */
  readonly fileName?: string;
}

export interface EditedText {
  /** The whole file; equal to the old one when nothing had to change or could be changed. */
  readonly text: string;
  readonly changed: boolean;
  /** Why nothing could be changed. Empty otherwise. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Changes the weights of one route in the text of a mesh file. Only the
 * numbers change, and versions that had no weight yet are added in the style
 * of the others: comments, quoting, layout and every other byte stay.
 *
 * The result is held against what was asked before it is returned: it reads as
 * exactly the old mesh with exactly the new weights, or the text stays as it was.
 * Never throws; an invalid file, unknown names and wrong weights are diagnostics.
 */
export function editWeights(text: string, edit: WeightEdit): EditedText {
  const fileName = edit.fileName ?? "mesh.yaml";
  const refuse = (diagnostics: readonly Diagnostic[]): EditedText => ({
    text,
    changed: false,
    diagnostics,
  });
  const parsed = parseMesh(text, fileName);
  const { mesh } = parsed;
  if (mesh === undefined) {
    return refuse(parsed.diagnostics);
  }
  const target = findWeights(mesh, edit);
  if ("problem" in target) {
    return refuse([target.problem]);
  }
  const wrong = checkWeights(edit.weights, target.service);
  if (wrong.length > 0) {
    return refuse(wrong);
  }
  const names = target.service.versions.map((version) => version.name);
  const wanted = Object.fromEntries(names.map((name) => [name, weightIn(edit.weights, name)]));
  if (names.every((name) => wanted[name] === target.route.weights[name])) {
    return refuse([]);
  }
  const edited = replaceIn(text, target.path, wanted, target.route);
  const after = edited === undefined ? undefined : parseMesh(edited, fileName).mesh;
  if (edited === undefined || !sameMesh(after, withWeights(mesh, target, wanted))) {
    return refuse([
      {
        ...problem(
          "ISM154",
          `The weights of route ${target.route.name} are written somewhere else in the file and used here through an alias or merge key, or in a form that cannot be changed without touching anything else.`,
          "Write the weights out at the route: weights: { v1: 50, v2: 50 }.",
        ),
        range: parsed.locate(target.path),
      },
    ]);
  }
  return { text: edited, changed: true, diagnostics: [] };
}

/** The route that an edit is for. */
export interface WeightTarget {
  readonly service: Service;
  readonly route: Route;
  /** Of the route's weights in the file. */
  readonly path: Path;
}

/**
 * The route of which the weights are meant: the named one, else the only one of
 * the service that does not redirect. `problem` where there is none, or several.
 */
export function findWeights(
  mesh: Mesh,
  edit: Pick<WeightEdit, "service" | "namespace" | "route">,
): WeightTarget | { readonly problem: Diagnostic } {
  const named = mesh.services.filter((one) => one.name === edit.service);
  const services = named.filter((one) => edit.namespace === undefined || one.namespace === edit.namespace);
  const [service] = services;
  if (service === undefined) {
    return { problem: describeNoService(mesh, named, edit) };
  }
  if (services.length > 1) {
    const places = services.map((one) => one.namespace).join(", ");
    return {
      problem: problem(
        "ISM152",
        `Services called ${edit.service} are in the namespaces ${places}, and no namespace was given.`,
        `Give the namespace: one of ${places}.`,
      ),
    };
  }
  const routes = service.routes.filter((one) =>
    edit.route === undefined ? one.redirect === undefined : one.name === edit.route,
  );
  const [route] = routes;
  if (route?.redirect !== undefined || (edit.route === undefined && routes.length === 0 && service.routes.length > 0)) {
    return { problem: describeRedirect(service, route) };
  }
  if (route === undefined || routes.length > 1) {
    return { problem: describeNoRoute(service, edit) };
  }
  const path = ["spec", "services", mesh.services.indexOf(service), "routes", service.routes.indexOf(route), "weights"];
  return { service, route, path };
}

function describeNoService(
  mesh: Mesh,
  named: readonly Service[],
  edit: Pick<WeightEdit, "service" | "namespace">,
): Diagnostic {
  if (named.length > 0) {
    const places = named.map((one) => one.namespace).join(", ");
    return problem(
      "ISM151",
      `Namespace ${edit.namespace} has no service ${edit.service}; there is one in ${places}.`,
      `Give one of these namespaces: ${places}.`,
    );
  }
  const names = [...new Set(mesh.services.map((one) => one.name))];
  const near = suggestName(edit.service, names);
  return problem(
    "ISM151",
    `The mesh file has no service ${edit.service}${names.length === 0 ? "; it has no services at all" : ""}.`,
    near === undefined
      ? names.length === 0
        ? "Add the service to spec.services."
        : `Name one of its services: ${names.join(", ")}.`
      : `Did you mean ${near}?`,
  );
}

/** `route` is left out where every route of the service redirects. */
function describeRedirect({ name, routes }: Service, route: Route | undefined): Diagnostic {
  const others = routes.filter(({ redirect }) => redirect === undefined).map((one) => one.name);
  return problem(
    "ISM586",
    route === undefined
      ? `Every route of ${name} redirects its requests (${routes.map((one) => one.name).join(", ")}), so there are no weights to change.`
      : `Route ${route.name} of ${name} redirects its requests, so there are no weights to change.`,
    others.length === 0
      ? "Add a route with weights to the service."
      : `Name a route that has weights with --route: ${others.join(", ")}.`,
  );
}

function describeNoRoute(service: Service, edit: Pick<WeightEdit, "route">): Diagnostic {
  const weighted = service.routes.filter(({ redirect }) => redirect === undefined);
  const names = (weighted.length === 0 ? service.routes : weighted).map((one) => one.name);
  const near = edit.route === undefined ? undefined : suggestName(edit.route, names);
  const detail =
    names.length === 0
      ? `Service ${service.name} has no routes, so there are no weights to change.`
      : edit.route === undefined
        ? `Service ${service.name} has the routes ${names.join(", ")}, each with weights of its own, and none was named.`
        : `Service ${service.name} has no route ${edit.route}.`;
  const fix =
    names.length === 0
      ? "Add a route with weights to the service."
      : near === undefined
        ? `Name one of the routes by --route: ${names.join(", ")}.`
        : `Did you mean ${near}?`;
  return problem("ISM153", detail, fix);
}

function checkWeights(weights: Readonly<Record<string, number>>, service: Service): readonly Diagnostic[] {
  const versions = service.versions.map((version) => version.name);
  const entries = Object.entries(weights);
  const problems = [
    ...entries
      .filter(([name]) => !versions.includes(name))
      .map(([name]) =>
        problem("ISM129", `Service ${service.name} has no version ${name}.`, suggestVersion(name, versions)),
      ),
    ...entries
      .filter(([, weight]) => !isWeight(weight))
      .map(([name, weight]) =>
        problem(
          "ISM130",
          `The weight of ${name} is to be ${weight}. Istio takes whole numbers from 0 to 100 only.`,
          "Give a whole number from 0 to 100.",
        ),
      ),
  ];
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  return problems.length > 0 || sum === 100
    ? problems
    : [
        problem(
          "ISM128",
          `The weights sum to ${sum}. They are percentages of all requests, so they have to sum to 100.`,
          "Give weights that sum to 100; a version that is left out gets 0.",
        ),
      ];
}

function problem(code: SpecCode, detail: string, fix: string): Diagnostic {
  return { code, severity: "error", summary: meshFileCodes[code].summary, detail, fix };
}

function replaceIn(
  text: string,
  path: Path,
  wanted: Readonly<Record<string, number>>,
  route: Route,
): string | undefined {
  const source = createSourceText(text, "");
  const { document } = readYaml(source);
  const entry = document === undefined ? undefined : findEntry(document, path);
  if (document === undefined || entry?.node === undefined || entry.node === null) {
    return undefined;
  }
  const edited = replaceWeights({ document, text: source.text, node: entry.node }, wanted, route.weights);
  return edited === undefined ? undefined : source.mark + edited;
}

function withWeights(mesh: Mesh, target: WeightTarget, weights: Readonly<Record<string, number>>): Mesh {
  const routes = target.service.routes.map((one) => (one === target.route ? { ...one, weights } : one));
  return {
    ...mesh,
    services: mesh.services.map((one) => (one === target.service ? { ...one, routes } : one)),
  };
}

/** Meshes are plain data with a fixed order of keys. */
function sameMesh(left: Mesh | undefined, right: Mesh): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function weightIn(weights: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(weights, name) ? (weights[name] ?? 0) : 0;
}
