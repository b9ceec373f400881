import type { Route, Service } from "../model/mesh.ts";
import { queryOf, readParameter } from "../routing/match-relation.ts";
import { sessionRule } from "../render/sessions.ts";
import type { ProofWay } from "./proof.ts";
import type { RouteRequest } from "./route-request.ts";
import { judgeWeights } from "./weights.ts";
import type { VersionCount, VersionVerdict } from "./weights.ts";

/**
 * By what all of a proof's requests are of one person, in words (`cookie
 * session`): the value of the service's `sessions` is the same in each, so that
 * proxies give all of them to one version. Undefined where they are not, and
 * for a route that no session rule is about.
 */
export function personOf(
  request: RouteRequest,
  { service, route, via }: { readonly service: Service; readonly route: Route; readonly via: ProofWay },
): string | undefined {
  const { sessions } = service;
  if (sessions === undefined || sessionRule(service, route) === undefined) {
    return undefined;
  }
  const { by, name } = sessions;
  switch (by) {
    case "header":
      return hasHeader(request, name.toLowerCase(), via) ? `header ${name}` : undefined;
    case "cookie":
      return (request.headers["cookie"] ?? "").split(";").some((one) => one.split("=")[0]?.trim() === name)
        ? `cookie ${name}`
        : undefined;
    case "queryParameter":
      return readParameter(queryOf(request.path), name) === undefined ? undefined : `query parameter ${name}`;
  }
}

/** Also those that every request has, of isthmus' own or of the gateway's making. */
function hasHeader({ headers, hosts }: RouteRequest, name: string, via: ProofWay): boolean {
  return (
    headers[name] !== undefined ||
    name === "user-agent" ||
    (name === "x-forwarded-for" && via === "ingress") ||
    (["host", ":authority"].includes(name) && hosts.length === 1)
  );
}

/**
 * The verdicts on requests of one person: shares say nothing then (`open`),
 * unless one version is to get everything. What differs all the same: an answer
 * of a version that is to get none, and answers of several versions.
 */
export function judgeOnePerson(
  counts: readonly VersionCount[],
  level: number,
  unattributed: number,
): readonly VersionVerdict[] {
  const judged = judgeWeights(counts, level, unattributed);
  if (counts.filter(({ asked }) => asked > 0).length === 1) {
    return judged;
  }
  const several = counts.filter(({ answers }) => answers > 0).length > 1;
  return judged.map((one) => {
    const differs = one.answers > 0 && (several || one.asked === 0);
    return { ...one, verdict: differs ? "differs" : "open", agrees: false };
  });
}
