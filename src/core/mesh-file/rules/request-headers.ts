import type { MeshDraft } from "../draft.ts";
import { entriesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { showValue } from "../show-value.ts";
import { routesOf } from "../walk-draft.ts";

/** https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest-headers */
const reserved = new Set(["uri", "scheme", "method", "authority"]);

/** Headers of routes are such as a request can have. */
export function checkRequestHeaders(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(({ value: { match }, path }) =>
    entriesOf(match?.headers).flatMap(([name, value]): readonly Finding[] => {
      const place = [...path, "match", "headers", name];
      return [
        ...(reserved.has(name)
          ? [
              {
                code: "ISM158" as const,
                path: place,
                at: "key" as const,
                detail: `${name} is no header of a request: the name is reserved in Istio's API, which says that it is ignored here.`,
                fix:
                  name === "uri"
                    ? "Match the path by exact, prefix or regex beside headers."
                    : name === "authority"
                      ? "Name the host under hosts."
                      : name === "method"
                        ? "Name the methods under methods beside headers."
                        : "Delete it: a route takes requests of every scheme.",
              },
            ]
          : []),
        ...(["exact", "prefix"] as const).flatMap((kind) => {
          const given = value[kind];
          const blank =
            given === undefined ? false : kind === "exact" ? /^[ \t]|[ \t]$/.test(given) : /^[ \t]/.test(given);
          return given === undefined || given.trim() === "" || !blank
            ? []
            : [
                {
                  code: "ISM158" as const,
                  path: [...place, kind],
                  detail: `The value ${showValue(given)} has a blank at its end or beginning, and proxies cut those off before they compare.`,
                  fix: `Write ${kind}: ${showValue(kind === "exact" ? given.trim() : given.trimStart())}.`,
                },
              ];
        }),
      ];
    }),
  );
}
