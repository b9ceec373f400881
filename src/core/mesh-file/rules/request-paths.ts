import { shapeOfRegex } from "../../routing/regex-shape.ts";
import { isExpression } from "../../routing/regex.ts";
import { findPathProblem, normalizationOf } from "../../routing/request-path.ts";
import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { showValue } from "../show-value.ts";
import { routesOf } from "../walk-draft.ts";

/** Paths of routes are such as a request can have. */
export function checkRequestPaths(draft: MeshDraft): readonly Finding[] {
  const normalization = normalizationOf(draft.spec?.istio?.values);
  return routesOf(draft).flatMap(({ value: { match }, path }): readonly Finding[] => [
    ...(["exact", "prefix"] as const).flatMap((kind) => {
      const given = match?.[kind];
      // What is no path at all is told by its form.
      const problem =
        given === undefined || !/^\/\S*$/.test(given)
          ? undefined
          : findPathProblem(given, { exact: kind === "exact", normalization });
      return problem === undefined
        ? []
        : [
            {
              code: "ISM156" as const,
              path: [...path, "match", kind],
              detail: `The path ${showValue(given)} ${problem.why}. The route would never get a request.`,
              fix:
                problem.instead === undefined
                  ? "Write a path that requests have."
                  : `Write ${kind}: ${problem.instead} if that is what is meant.`,
            },
          ];
    }),
    ...(match?.regex === undefined ? [] : describeRegex(match.regex, [...path, "match", "regex"])),
  ]);
}

/** An expression that compiles is judged by what is sure to stand at the beginning of every path that the expression matches. */
function describeRegex(regex: string, path: Finding["path"]): readonly Finding[] {
  if (!isExpression(regex)) {
    return [];
  }
  const { literal } = shapeOfRegex(regex);
  const problem =
    literal !== "" && !literal.startsWith("/")
      ? { why: `begins with ${showValue(literal)}, and a path begins with /; an expression is for the whole path` }
      : // Of its end it is not known how it goes on, so only characters that no path has are looked for.
        findPathProblem(literal.replaceAll("%", ""), { exact: false, normalization: "NONE" });
  return problem === undefined
    ? []
    : [
        {
          code: "ISM156",
          path,
          detail: `The expression ${showValue(regex)} ${problem.why}. The route would never get a request.`,
          fix: "Write an expression for the whole path of the request, without its query, such as /hello/.*.",
        },
      ];
}
