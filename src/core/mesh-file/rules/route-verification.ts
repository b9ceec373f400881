import { queryOf, readParameter } from "../../routing/match-relation.ts";
import { isExpression, matchesWhole } from "../../routing/regex.ts";
import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { showValue } from "../show-value.ts";
import type { RouteDraft } from "../walk-draft.ts";
import { routesOf } from "../walk-draft.ts";

/** Headers that a request has for other reasons: its host is the route's, its length and connection the program's. */
const ownHeaders: readonly string[] = ["host", "content-length", "connection", "transfer-encoding", "upgrade"];

/** A proof asks for what its route takes; something else would prove nothing, or another route. */
export function checkRouteVerification(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(({ value, path }) => {
    const place = [...path, "verify"];
    return [
      ...checkMethod(value, [...place, "method"]),
      ...checkQuery(value, [...place, "path"]),
      ...checkPath(value, [...place, "path"]),
      ...checkHeaders(value, [...place, "headers"]),
    ];
  });
}

function checkMethod({ match, verify }: RouteDraft, path: Path): readonly Finding[] {
  const taken = itemsOf(match?.methods).map(([, method]) => method);
  const asked = verify?.method;
  return asked === undefined || taken.length === 0 || taken.includes(asked)
    ? []
    : [
        {
          code: "ISM461",
          path,
          detail: `The route takes ${taken.join(" and ")}, and a proof would ask by ${asked}: something else than the route.`,
          fix: "Write a method that the route takes, or leave it out.",
        },
      ];
}

function checkQuery({ match, verify }: RouteDraft, path: Path): readonly Finding[] {
  const asked = verify?.path ?? "";
  const missing = entriesOf(match?.queryParams).find(([name, comparison]) => {
    const value = readParameter(queryOf(asked), name);
    return value === undefined || !takes(comparison, value);
  });
  return !asked.includes("?") || missing === undefined
    ? []
    : [
        {
          code: "ISM461",
          path,
          detail: `The route takes requests whose query parameter ${missing[0]} is ${describe(missing[1])}, and ${showValue(asked)} has it otherwise: a proof would ask something else than the route.`,
          fix: "Write the parameter as the route matches it, or leave the query out: one is made up from match.",
        },
      ];
}

type Comparison = Pick<NonNullable<RouteDraft["match"]>, "exact" | "prefix" | "regex">;

function checkPath({ match = {}, verify }: RouteDraft, path: Path): readonly Finding[] {
  const asked = verify?.path;
  // The query of a request is not compared.
  return asked === undefined || takes(match, asked.split("?")[0] ?? asked)
    ? []
    : [
        {
          code: "ISM461",
          path,
          detail: `The route takes ${describe(match)}, and ${showValue(asked)} is not such a path: a proof would ask something else than the route.`,
          fix: "Write a path that the route matches, or leave it out: one is made up from match.",
        },
      ];
}

function checkHeaders({ match, verify }: RouteDraft, path: Path): readonly Finding[] {
  const wanted = new Map(entriesOf(match?.headers));
  return entriesOf(verify?.headers).flatMap(([name, value]): readonly Finding[] => {
    if (ownHeaders.includes(name.toLowerCase())) {
      return [
        {
          code: "ISM461",
          path: [...path, name],
          at: "key",
          detail: `Header ${name} of a request is not the proof's to choose: its host is one of the route's hosts, and the program keeps its connections.`,
          fix: "Leave it out.",
        },
      ];
    }
    const comparison = wanted.get(name);
    return comparison === undefined || typeof value !== "string" || takes(comparison, value)
      ? []
      : [
          {
            code: "ISM461",
            path: [...path, name],
            detail: `The route takes requests whose header ${name} is ${describe(comparison)}, and this value is not: a proof would ask something else than the route.`,
            fix: "Write a value that the route matches, or leave it out: one is made up from match.",
          },
        ];
  });
}

/** What is not known, or wrong otherwise, is held against nothing. */
function takes({ exact, prefix, regex }: Comparison, text: string): boolean {
  if (exact !== undefined) {
    return text === exact;
  }
  return regex === undefined ? text.startsWith(prefix ?? "") : !isExpression(regex) || matchesWhole(regex, text);
}

function describe({ exact, prefix, regex }: Comparison): string {
  return exact === undefined
    ? regex === undefined
      ? `prefix ${showValue(prefix ?? "/")}`
      : `regex ${showValue(regex)}`
    : `exact ${showValue(exact)}`;
}
