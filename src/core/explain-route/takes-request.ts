import { queryOf, readParameter } from "../routing/match-relation.ts";
import { findRegexProblem, matchesWhole } from "../routing/regex.ts";
import type {
  EnvoyHeaderMatch,
  EnvoyQueryMatch,
  EnvoyRegex,
  EnvoyRouteMatch,
  EnvoyStringMatch,
} from "../proxy/envoy-route.ts";

/** One request as a proxy sees it. */
export interface ExplainedRequest {
  readonly method: string;
  /** The name that is asked for, without a port. */
  readonly host: string;
  /** With the query, if any. */
  readonly path: string;
  /** By name, in any case. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Scheme = "http" | "https";

/** `unknown` says which condition of the match is none that can be judged. */
export type Taken = "yes" | "no" | { readonly unknown: string };

/**
 * Whether a route takes a request, as Envoy decides it: the path without its
 * query, expressions of RE2 over the whole text, a header that is missing as
 * one that no comparison takes, whether or not it is inverted, and of a query
 * parameter that comes again its first value, as it is written
 * (source/common/http/header_utility.h and source/common/router/config_utility.cc).
 */
export function takesRequest(match: EnvoyRouteMatch, request: ExplainedRequest, scheme: Scheme): Taken {
  const [whole = ""] = request.path.split("#", 1);
  const [path = ""] = whole.split("?", 1);
  const query = queryOf(whole);
  const headers = new Map(
    Object.entries({
      ...request.headers,
      ":method": request.method,
      ":authority": request.host,
      ":path": request.path,
      ":scheme": scheme,
    }).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const verdicts = [
    takesPath(match, path),
    ...(match.headers ?? []).map((one) => takesHeader(one, headers)),
    ...(match.query_parameters ?? []).map((one) => takesQuery(one, query)),
    ...Object.keys(match)
      .filter((field) => !judged.has(field))
      .map((field): Taken => ({ unknown: `\`${field}\`` })),
  ];
  return verdicts.includes("no") ? "no" : (verdicts.find((one) => one !== "yes") ?? "yes");
}

const judged: ReadonlySet<string> = new Set([
  "path",
  "prefix",
  "path_separated_prefix",
  "safe_regex",
  "case_sensitive",
  "headers",
  "query_parameters",
]);

/** What a match asks of the path, in words. */
export function describePath(match: EnvoyRouteMatch): string {
  if (match.path !== undefined) {
    return `path ${match.path}`;
  }
  if (match.safe_regex?.regex !== undefined) {
    return `expression ${match.safe_regex.regex}`;
  }
  const prefix = match.path_separated_prefix ?? match.prefix;
  return prefix === undefined || prefix === "/" ? "any path" : `prefix ${prefix}`;
}

/** Further conditions of a match: names only, since values may be somebody's secrets. */
export function describeConditions(match: EnvoyRouteMatch): readonly string[] {
  return [
    ...(match.headers ?? []).map(({ name }) => (name === ":method" ? "method" : `header ${name}`)),
    ...(match.query_parameters ?? []).map(({ name }) => `query parameter ${name}`),
  ];
}

function takesPath(match: EnvoyRouteMatch, path: string): Taken {
  // Of expressions only the expression itself says whether case counts.
  const alike = (text: string): string => (match.case_sensitive === false ? text.toLowerCase() : text);
  if (match.path !== undefined) {
    return certain(alike(path) === alike(match.path));
  }
  if (match.path_separated_prefix !== undefined) {
    const prefix = alike(match.path_separated_prefix);
    return certain(alike(path) === prefix || alike(path).startsWith(`${prefix}/`));
  }
  if (match.safe_regex !== undefined) {
    return takesExpression(match.safe_regex, path);
  }
  return match.prefix === undefined ? "yes" : certain(alike(path).startsWith(alike(match.prefix)));
}

const headerFields: ReadonlySet<string> = new Set([
  "name",
  "string_match",
  "present_match",
  "exact_match",
  "prefix_match",
  "suffix_match",
  "contains_match",
  "safe_regex_match",
  "invert_match",
  "treat_missing_header_as_empty",
]);

/** Headers that Istio's proxies add to a request, or put in another form, before they choose a route. */
const addedBefore =
  /^(?:x-forwarded-(?:proto|for|client-cert|host|port)|x-request-id|x-envoy-.*|x-b3-.*|traceparent|b3)$/;

function takesHeader(match: EnvoyHeaderMatch, headers: ReadonlyMap<string, string>): Taken {
  if (Object.keys(match).some((field) => !headerFields.has(field))) {
    return { unknown: `header \`${match.name}\`` };
  }
  const inverted = match.invert_match === true;
  const name = match.name.toLowerCase();
  const found = headers.get(name);
  if (found === undefined && addedBefore.test(name)) {
    return { unknown: `header \`${match.name}\`, which the proxy adds itself` };
  }
  const text = textOf(match);
  if (text === undefined) {
    const present = match.present_match ?? true;
    return certain((found !== undefined) === present ? !inverted : inverted);
  }
  if (found === undefined && match.treat_missing_header_as_empty !== true) {
    return "no";
  }
  const verdict = takesText(text, found ?? "");
  return typeof verdict === "string" ? certain((verdict === "yes") !== inverted) : verdict;
}

/** One way of saying it for the one with `string_match` and those before it; undefined where only presence counts. */
function textOf(match: EnvoyHeaderMatch): EnvoyStringMatch | undefined {
  const { string_match: text, exact_match, prefix_match, suffix_match, contains_match, safe_regex_match } = match;
  const older = {
    ...(exact_match === undefined ? {} : { exact: exact_match }),
    ...(prefix_match === undefined ? {} : { prefix: prefix_match }),
    ...(suffix_match === undefined ? {} : { suffix: suffix_match }),
    ...(contains_match === undefined ? {} : { contains: contains_match }),
    ...(safe_regex_match === undefined ? {} : { safe_regex: safe_regex_match }),
  };
  return text ?? (Object.keys(older).length === 0 ? undefined : older);
}

function takesQuery(match: EnvoyQueryMatch, query: string): Taken {
  if (Object.keys(match).some((field) => !["name", "string_match", "present_match"].includes(field))) {
    return { unknown: `query parameter \`${match.name}\`` };
  }
  const found = readParameter(query, match.name);
  if (match.string_match === undefined) {
    return certain((found !== undefined) === (match.present_match ?? true));
  }
  return found === undefined ? "no" : takesText(match.string_match, found);
}

function takesText(match: EnvoyStringMatch, text: string): Taken {
  const alike = (one: string): string => (match.ignore_case === true ? one.toLowerCase() : one);
  if (match.exact !== undefined) {
    return certain(alike(text) === alike(match.exact));
  }
  if (match.prefix !== undefined) {
    return certain(alike(text).startsWith(alike(match.prefix)));
  }
  if (match.suffix !== undefined) {
    return certain(alike(text).endsWith(alike(match.suffix)));
  }
  if (match.contains !== undefined) {
    return certain(alike(text).includes(alike(match.contains)));
  }
  return match.safe_regex === undefined
    ? { unknown: `\`${Object.keys(match).join("`, `")}\`` }
    : takesExpression(match.safe_regex, text);
}

function takesExpression({ regex = "" }: EnvoyRegex, text: string): Taken {
  return findRegexProblem(regex) === undefined
    ? certain(matchesWhole(regex, text))
    : { unknown: `the expression ${regex}` };
}

function certain(holds: boolean): "yes" | "no" {
  return holds ? "yes" : "no";
}
