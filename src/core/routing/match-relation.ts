import { shapeOfRegex } from "./regex-shape.ts";
import { matchesWhole } from "./regex.ts";

/** A way to compare a path or the value of a header, as in a VirtualService. */
export interface Comparison {
  readonly kind: "exact" | "prefix" | "regex";
  readonly value: string;
}

/** Which requests a route takes: all conditions hold at once. */
export interface RequestMatch {
  readonly path: Comparison;
  readonly headers: Readonly<Record<string, Comparison>>;
  /** Undefined: all. */
  readonly methods?: readonly string[];
  /** Query parameters, of which proxies compare the first value as it is sent. */
  readonly queryParams?: Readonly<Record<string, Comparison>>;
  /** Regions that the request comes from; empty = all. */
  readonly fromRegions: readonly string[];
  /** The port that is called; undefined = all. */
  readonly port?: number;
}

/**
 * How the requests of two routes lie to each other: `inside`, all of the
 * first's are the second's too; `around`, the other way; `overlapping`, some
 * are common and neither has all; `unknown` where an expression decides.
 */
export type Relation = "same" | "inside" | "around" | "apart" | "overlapping" | "unknown";

/** Pure. Expressions are taken for what RE2 makes of them; they have to be valid. */
export function relate(left: RequestMatch, right: RequestMatch): Relation {
  return combine([
    relateComparisons(left.path, right.path),
    ...relateNamed(left.headers, right.headers),
    ...relateNamed(left.queryParams ?? {}, right.queryParams ?? {}),
    relateConditions(left.methods, right.methods, relateSets),
    relateConditions(regionsOf(left), regionsOf(right), relateSets),
    relateConditions(left.port, right.port, (one, other) => (one === other ? "same" : "apart")),
  ]);
}

/** A request as a route compares it. */
export interface ComparedRequest {
  /** Without its query. */
  readonly path: string;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
  /** What follows the question mark; empty where there is none. */
  readonly query: string;
}

/** Whether a request is one that the route takes. */
export function takes(match: RequestMatch, request: ComparedRequest): boolean {
  return (
    compares(match.path, request.path) &&
    (match.methods?.includes(request.method) ?? true) &&
    Object.entries(match.queryParams ?? {}).every(([name, comparison]) => {
      const value = readParameter(request.query, name);
      return value !== undefined && compares(comparison, value);
    }) &&
    Object.entries(match.headers).every(([name, comparison]) => {
      const value = request.headers[name];
      return value !== undefined && compares(comparison, value);
    })
  );
}

/** What stands behind the first `?` of a path; empty where there is none. */
export function queryOf(path: string): string {
  const at = path.indexOf("?");
  return at === -1 ? "" : path.slice(at + 1);
}

/** The first value of that name, as it is sent: Envoy decodes nothing. */
export function readParameter(query: string, name: string): string | undefined {
  const found = query.split("&").find((one) => one.split("=")[0] === name);
  return found?.slice(name.length + 1);
}

function relateNamed(
  left: Readonly<Record<string, Comparison>>,
  right: Readonly<Record<string, Comparison>>,
): readonly Relation[] {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].map((name) => relateConditions(left[name], right[name], relateComparisons));
}

function compares({ kind, value }: Comparison, text: string): boolean {
  switch (kind) {
    case "exact":
      return text === value;
    case "prefix":
      return text.startsWith(value);
    case "regex":
      return matchesWhole(value, text);
  }
}

function regionsOf({ fromRegions }: RequestMatch): readonly string[] | undefined {
  return fromRegions.length === 0 ? undefined : fromRegions;
}

/** A condition that one route has and the other has not makes its requests fewer. */
function relateConditions<T>(
  left: T | undefined,
  right: T | undefined,
  compare: (one: T, other: T) => Relation,
): Relation {
  if (left === undefined || right === undefined) {
    return left === right ? "same" : left === undefined ? "around" : "inside";
  }
  return compare(left, right);
}

function relateSets(left: readonly string[], right: readonly string[]): Relation {
  const inRight = left.filter((one) => right.includes(one)).length;
  const inLeft = right.filter((one) => left.includes(one)).length;
  if (inRight === 0) {
    return "apart";
  }
  const inside = inRight === left.length;
  const around = inLeft === right.length;
  return inside && around ? "same" : inside ? "inside" : around ? "around" : "overlapping";
}

function combine(relations: readonly Relation[]): Relation {
  if (relations.includes("apart")) {
    return "apart";
  }
  const different = new Set(relations.filter((one) => one !== "same"));
  const [only] = different;
  return different.size === 0
    ? "same"
    : different.size === 1 && only !== undefined
      ? only
      : different.has("unknown")
        ? "unknown"
        : "overlapping";
}

function relateComparisons(given: Comparison, wanted: Comparison): Relation {
  const left = simplify(given);
  const right = simplify(wanted);
  const same = left.kind === right.kind && left.value === right.value;
  return same ? "same" : relations[left.kind][right.kind](left.value, right.value);
}

type Kind = Comparison["kind"];

/** How two different comparisons lie to each other, by their kinds. */
const relations: Readonly<Record<Kind, Readonly<Record<Kind, (left: string, right: string) => Relation>>>> = {
  exact: {
    exact: () => "apart",
    prefix: (text, prefix) => (text.startsWith(prefix) ? "inside" : "apart"),
    regex: (text, expression) => (matchesWhole(expression, text) ? "inside" : "apart"),
  },
  prefix: {
    exact: (prefix, text) => turn(relations.exact.prefix(text, prefix)),
    prefix: (one, other) => (one.startsWith(other) ? "inside" : other.startsWith(one) ? "around" : "apart"),
    regex: (prefix, expression) => turn(relateToPrefix(expression, prefix)),
  },
  regex: {
    exact: (expression, text) => turn(relations.exact.regex(text, expression)),
    prefix: relateToPrefix,
    regex: (left, right) => {
      const [one, other] = [shapeOfRegex(left).literal, shapeOfRegex(right).literal];
      return one.startsWith(other) || other.startsWith(one) ? "unknown" : "apart";
    },
  },
};

function relateToPrefix(expression: string, prefix: string): Relation {
  const { literal, stem } = shapeOfRegex(expression);
  if (literal.startsWith(prefix)) {
    return "inside";
  }
  if (!prefix.startsWith(literal)) {
    return "apart";
  }
  // With `.*` at its end an expression that matches the prefix matches whatever begins with it.
  return stem !== undefined && matchesWhole(expression, prefix) ? "around" : "unknown";
}

function turn(relation: Relation): Relation {
  return relation === "inside" ? "around" : relation === "around" ? "inside" : relation;
}

/** An expression without anything special is a text or a prefix. */
function simplify(comparison: Comparison): Comparison {
  if (comparison.kind !== "regex") {
    return comparison;
  }
  const { literal, whole } = shapeOfRegex(comparison.value);
  return whole === undefined ? comparison : { kind: whole === "text" ? "exact" : "prefix", value: literal };
}

/** How exact a comparison is, for routes that only overlap: the text that is sure, and whether it is all of it. */
export function exactnessOf(comparison: Comparison): { readonly whole: boolean; readonly length: number } {
  const { kind, value } = simplify(comparison);
  return { whole: kind === "exact", length: kind === "regex" ? shapeOfRegex(value).literal.length : value.length };
}
