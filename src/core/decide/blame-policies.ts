import type { Finding } from "../checks/check.ts";
import type { ClosedToProofs } from "../checks/policies/closed.ts";
import { callsTo, plainIngress, requestsTo } from "../checks/subjects.ts";
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
  const causes = explaining(proof, closed).filter(
    ({ breaks = [] }) => breaks.length === 0 || breaks.some((one) => own.has(one)),
  );
  const names = causes.map(({ object, cluster }) => `${object?.namespace}/${object?.name} of ${cluster}`);
  return blame(proof, causes, `Network policy ${names.join(", ")} closes the way of these requests`);
}

/**
 * The same by what `check` finds in proxies: objects of somebody's that decide
 * over calls inside (`callsTo`), or over everything at an ingress.
 */
export function blameProxies(proof: RouteProof, found: readonly Finding[]): RouteProof {
  const { cluster, via } = proof;
  const broken = via === "mesh" ? callsTo(cluster, `${proof.namespace}/${proof.service}`) : plainIngress(cluster);
  const causes = explaining(proof, found).filter(
    ({ breaks = [], object }) => object !== undefined && breaks.includes(broken),
  );
  const names = causes.map(({ object }) => `${object?.kind} ${object?.namespace}/${object?.name}`);
  return blame(
    proof,
    causes,
    `${names.join(", ")} of ${cluster} ${names.length === 1 ? "decides" : "decide"} over these requests`,
  );
}

/**
 * The same by what policies close to the pods by which a service is proven from
 * inside: they are neither its callers nor what those callers are, so that only
 * the proof fails. Also where such a pod did not become ready (ISM570).
 */
export function blameClosedProofs(proof: RouteProof, found: readonly ClosedToProofs[]): RouteProof {
  const service = `${proof.namespace}/${proof.service}`;
  const isOf = ({ proves, finding }: ClosedToProofs): boolean =>
    proves.includes(service) && finding.cluster === proof.cluster;
  const isByProbe = proof.from === undefined && (proof.via === "mesh" || isUnasked(proof));
  const causes =
    isByProbe && (isUnasked(proof) || failedOnTheWay(proof)) ? found.filter(isOf).map(({ finding }) => finding) : [];
  const names = causes.map(({ object }) => `${object?.namespace}/${object?.name}`);
  return blame(proof, causes, `Network policy ${names.join(", ")} closes what the pod that asks needs`);
}

/** True where a pod was made to ask from inside and did not become ready. One that was refused is not its network's fault. */
export function isUnasked({ diagnostics }: RouteProof): boolean {
  return diagnostics.some(({ code, object }) => code === "ISM570" && object?.kind === "Pod");
}

/** What can be to blame: nothing where no request failed on its way. */
function explaining(proof: RouteProof, found: readonly Finding[]): readonly Finding[] {
  return failedOnTheWay(proof) ? found : [];
}

function blame(proof: RouteProof, causes: readonly Finding[], because: string): RouteProof {
  return causes.length === 0
    ? proof
    : {
        ...proof,
        diagnostics: [
          ...causes.map(asDiagnostic),
          ...proof.diagnostics.map((one) =>
            one.code === "ISM403" || one.code === "ISM570"
              ? { ...one, fix: `${because}: do what its finding says, then run isthmus verify again.` }
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
