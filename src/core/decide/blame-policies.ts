import type { Finding } from "../checks/check.ts";
import { requestsTo } from "../checks/subjects.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { RouteProof } from "./proof.ts";

/** True where requests failed on their way through the mesh, and not by what an application answered. */
export function failedOnTheWay({ failures }: RouteProof): boolean {
  return failures.some(({ reason }) => !reason.includes("of the application"));
}

/**
 * A proof whose requests failed, with the network policies that close their
 * way before what follows from them. `closed` is what the check of network
 * policies found; what breaks other things than this service's requests is
 * left out. A policy that refuses connections looks like a dead pod or a wrong
 * port from the gateway: nothing but the policies themselves tells.
 */
export function blamePolicies(proof: RouteProof, closed: readonly Finding[], clusters: readonly string[]): RouteProof {
  const service = `${proof.namespace}/${proof.service}`;
  const own = new Set(clusters.map((cluster) => requestsTo(cluster, service)));
  // Flows of the gateways themselves break nothing that has a name of its own.
  const causes = closed.filter(({ breaks = [] }) => breaks.length === 0 || breaks.some((one) => own.has(one)));
  if (causes.length === 0 || !failedOnTheWay(proof)) {
    return proof;
  }
  const names = causes.map(({ object, cluster }) => `${object?.namespace}/${object?.name} of ${cluster}`);
  return {
    ...proof,
    diagnostics: [
      ...causes.map(asDiagnostic),
      ...proof.diagnostics.map((one) =>
        one.code === "ISM403"
          ? {
              ...one,
              fix: `Network policy ${names.join(", ")} closes the way of these requests: do what its finding says, then run isthmus verify again.`,
            }
          : one,
      ),
    ],
  };
}

/** What a finding breaks and needs is between the checks. */
function asDiagnostic({ code, severity, summary, detail, fix, cluster, object }: Finding): Diagnostic {
  return {
    code,
    severity,
    summary,
    detail,
    ...(fix === undefined ? {} : { fix }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(object === undefined ? {} : { object }),
  };
}
