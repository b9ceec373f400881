import { findRegexProblem } from "../../routing/regex.ts";
import type { MeshDraft } from "../draft.ts";
import { entriesOf, itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import { showValue } from "../show-value.ts";
import { routesOf } from "../walk-draft.ts";

/** Expressions are such that istiod and every proxy take them: one that is not stops all later changes of the port's routes. */
export function checkRegexes(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(({ value: { match, rewrite, corsPolicy }, path }) => [
    ...describe(rewrite?.uriRegexRewrite?.match, [...path, "rewrite", "uriRegexRewrite", "match"]),
    ...itemsOf(corsPolicy?.allowOrigins).flatMap(([index, { regex }]) =>
      describe(regex, [...path, "corsPolicy", "allowOrigins", index, "regex"]),
    ),
    ...describe(match?.regex, [...path, "match", "regex"]),
    ...entriesOf(match?.queryParams).flatMap(([name, { regex }]) =>
      describe(regex, [...path, "match", "queryParams", name, "regex"]),
    ),
    ...entriesOf(match?.headers).flatMap(([name, { regex }]) =>
      describe(regex, [...path, "match", "headers", name, "regex"]),
    ),
  ]);
}

function describe(regex: string | undefined, path: Path): readonly Finding[] {
  const problem = regex === undefined || regex === "" ? undefined : findRegexProblem(regex);
  return problem === undefined
    ? []
    : [
        {
          code: "ISM155",
          path,
          detail: `The expression ${showValue(regex)} ${problem}. A proxy that is given it refuses all routes of the port and keeps the ones that it had.`,
          fix: "Write it as RE2 has it (https://github.com/google/re2/wiki/Syntax), or use exact or prefix.",
        },
      ];
}
