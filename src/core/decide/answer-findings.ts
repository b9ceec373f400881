import type { EndpointFinding } from "../checks/endpoint-table.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { CountedAnswers } from "./count-answers.ts";
import type { ProofPlace } from "./proof-place.ts";
import { asked, kubectl, proxyName } from "./proof-place.ts";
import { serviceHost } from "../render/names.ts";
import type { VersionVerdict } from "./weights.ts";

/** A measurement as the findings need it. */
export interface Measured {
  readonly url: string;
  readonly requests: number;
  readonly attempts: number;
  /** `unwatched`: no pod of the gateway was there to be asked. */
  readonly kind: CountedAnswers["kind"] | "unwatched";
  readonly seen: number;
  readonly unattributed: number;
  readonly takenBy: readonly string[];
  readonly tally: {
    readonly answered: number;
    readonly unanswered: number;
    readonly failures: readonly { readonly reason: string; readonly count: number }[];
  };
  readonly details: readonly { readonly reason: string; readonly count: number }[];
  /** By what all requests are of one person, where they are. */
  readonly person?: string | undefined;
}

/** What the requests show: failures first, since weights of requests that failed say nothing about the route. */
export function findWrongAnswers(
  place: ProofPlace,
  endpoints: readonly EndpointFinding[],
  measured: Measured,
  weights: readonly VersionVerdict[],
): readonly Diagnostic[] {
  if (isDeniedInside(place, measured)) {
    return [deniedInside(place, measured)];
  }
  const failed = measured.tally.failures.length === 0 ? [] : [requestsFailed(place, endpoints, measured)];
  if (measured.kind === "elsewhere") {
    // Requests that ended badly are no answers of another route: as many as those may be missing.
    const bad = measured.tally.failures.reduce((all, one) => all + one.count, 0);
    const missing = measured.tally.answered - measured.seen;
    return failed.length > 0 && missing <= bad ? failed : [...failed, answeredElsewhere(place, measured)];
  }
  if (place.route === undefined) {
    return failed;
  }
  if (measured.kind !== "counted") {
    return [...failed, notCounted(place, measured)];
  }
  if (weights.some(({ verdict }) => verdict === "differs")) {
    return [...failed, wrongWeights(place, endpoints, measured, weights)];
  }
  const open = weights.some(({ verdict }) => verdict === "open");
  if (failed.length > 0 || !open) {
    return failed;
  }
  return [measured.person === undefined ? notAttributed(place, measured) : ofOnePerson(place, measured.person)];
}

/** A probe pod that nobody has allowed: what others would get is not known by that. A caller that somebody named is what is asked about. */
function isDeniedInside({ via, from }: ProofPlace, { tally: { failures } }: Measured): boolean {
  return (
    via === "mesh" &&
    from === undefined &&
    failures.length > 0 &&
    failures.every(({ reason }) => reason.endsWith("RBAC: access denied"))
  );
}

function deniedInside(place: ProofPlace, measured: Measured): Diagnostic {
  const { cluster, service } = place;
  return {
    ...warningOf("ISM573"),
    detail: `${asked(place)}, an AuthorizationPolicy refused all of ${measured.requests} requests to ${measured.url}: they come from a pod of namespace ${service.namespace} with its service account default, which the policy does not allow. What callers get that it allows is not known.`,
    fix: `See which policies are about the service: ${kubectl(place, cluster.name)} -n ${service.namespace} get authorizationpolicies.security.istio.io. Where nobody inside may call it, that is proven with --expect 403.`,
    cluster: cluster.name,
  };
}

function requestsFailed(place: ProofPlace, endpoints: readonly EndpointFinding[], measured: Measured): Diagnostic {
  const { cluster, service, route } = place;
  const { failures } = measured.tally;
  const noRoute = failures.every(({ reason }) => /404 of the (?:gateway|sidecar) itself/.test(reason));
  const empty = noRoute ? [] : emptyVersions(endpoints).filter((version) => (route?.weights[version] ?? 0) > 0);
  const cause =
    empty.length === 0
      ? []
      : [
          `Nothing can answer for ${empty.map((one) => `${one} (asked ${route?.weights[one] ?? 0} %)`).join(" and ")}, see above.`,
        ];
  const inLog = measured.details.map((one) => `${one.count} x ${one.reason}`).join(", ");
  const aborted = failures.every(({ reason }) => reason.includes("fault filter abort"));
  const denied = failures.some(({ reason }) => /RBAC|Jwt|Jwks|Audiences/.test(reason));
  return {
    ...errorOf("ISM403"),
    detail: [
      `${asked(place)}, of ${measured.requests} requests to ${measured.url}: ${failures.map((one) => `${one.count} ended with ${one.reason}`).join("; ")}.`,
      ...cause,
      ...(inLog === "" ? [] : [`The ${proxyName(place)}'s log says: ${inLog}.`]),
    ].join(" "),
    fix:
      empty.length > 0
        ? `Get pods of ${empty.join(" and ")} of ${service.namespace}/${service.name} ready where they run, or give them no weight.`
        : failures.every(({ reason }) => reason.includes("of the application"))
          ? "See what the application answers to this request, or correct what is expected: verify of the route, or --path and --expect."
          : noRoute
            ? "Run isthmus plan to see whether the cluster has the route and the Gateway of the mesh file, and isthmus apply to put them there."
            : aborted
              ? "Take fault out of the route, or prove it when callers are not tested with errors any more."
              : denied
                ? "A policy of the mesh denies the request. Ask with what it wants (verify.headers of the route, or --header), or write the status that is meant (verify.expect, or --expect)."
                : place.via === "ingress"
                  ? `Look at the gateway's log: ${kubectl(place, cluster.name)} -n istio-system logs deploy/istio-ingressgateway`
                  : `Run isthmus check for the cause, and look at the sidecars of the service's pods: ${kubectl(place, cluster.name)} -n ${service.namespace} logs POD -c istio-proxy`,
    cluster: cluster.name,
  };
}

/** Versions that no pod can answer for: the gateway has no endpoint, or one behind which nothing is ready. */
function emptyVersions(endpoints: readonly EndpointFinding[]): readonly string[] {
  const versions = [...new Set(endpoints.map((finding) => finding.version))];
  return versions.filter((version) =>
    endpoints
      .filter((finding) => finding.version === version)
      .every((finding) => finding.seen.length === 0 || finding.expected.length === 0),
  );
}

function wrongWeights(
  place: ProofPlace,
  endpoints: readonly EndpointFinding[],
  measured: Measured,
  weights: readonly VersionVerdict[],
): Diagnostic {
  const { cluster, route } = place;
  const one =
    measured.person === undefined ? "" : ` All are of one person (${measured.person}), who belongs to one version.`;
  const reason = endpoints.every((finding) => finding.ok)
    ? "The endpoints are right, so the route in this cluster differs from the mesh file, or its proxies have not taken it yet."
    : `The ${proxyName(place)}'s endpoints are not the right ones, see above.`;
  return {
    ...errorOf("ISM401"),
    detail: `${asked(place)}, route ${route?.name ?? ""} was asked ${weights.map((one) => `${one.version}=${one.asked}`).join(" ")} and gave ${weights.map((one) => `${one.version}=${(one.measured * 100).toFixed(1)}`).join(" ")} of ${measured.requests} requests.${one} ${reason}`,
    fix: "Run isthmus plan to see whether the cluster has the route of the mesh file, and isthmus apply to put it there.",
    cluster: cluster.name,
  };
}

function answeredElsewhere(place: ProofPlace, measured: Measured): Diagnostic {
  const { cluster, service, route } = place;
  const taker = measured.takenBy.length === 0 ? "something else" : measured.takenBy.join(" and ");
  return {
    ...errorOf("ISM406"),
    detail: `${asked(place)}, ${measured.tally.answered} of ${measured.requests} requests to ${measured.url} were answered, and the versions of ${service.namespace}/${service.name} gave ${measured.seen} of these answers: ${taker} gave the rest. ${route === undefined ? "The service does not get all requests to its own name." : `Route ${route.name} does not get all requests that it matches.`}`,
    fix: `Look for another VirtualService of the same host, in the mesh file or made by hand: ${kubectl(place, cluster.name)} get virtualservices -A. Where this path is meant for another route, give one that only this route takes: verify.path, or --path.`,
    cluster: cluster.name,
  };
}

function notCounted(place: ProofPlace, measured: Measured): Diagnostic {
  const { cluster, route } = place;
  const copies = route?.mirror?.host === serviceHost(place.service);
  const why =
    measured.kind === "unwatched"
      ? "no running pod of the ingress gateway (label istio=ingressgateway in istio-system) was found, and its counters tell where requests go"
      : measured.kind === "restarted"
        ? `the proxy's counters began anew while requests were sent, ${measured.attempts} times in a row, as they do whenever its endpoints or settings change`
        : copies
          ? `the route's mirror sends copies of requests to the same service, the ${proxyName(place)}'s counters have both, and it writes no access log that tells them apart`
          : `others sent requests to the same versions meanwhile (${measured.seen} answers were counted, ${measured.tally.answered} of them to isthmus), and the ${proxyName(place)} writes no access log that tells whose they are`;
  return {
    ...warningOf("ISM407"),
    detail: `${asked(place)}, the split of route ${route?.name ?? ""} is not known: ${why}.`,
    fix:
      measured.kind === "unwatched"
        ? "Run isthmus check to see what is wrong with the gateway."
        : measured.kind === "restarted"
          ? "Run isthmus verify again when no pods start or end."
          : "Turn the mesh's access log on (spec.istio.values: { meshConfig: { accessLogFile: /dev/stdout } }), or run isthmus verify when nobody else asks.",
    cluster: cluster.name,
  };
}

function ofOnePerson(place: ProofPlace, person: string): Diagnostic {
  const { cluster, route } = place;
  return {
    ...warningOf("ISM407"),
    detail: `${asked(place)}, split not proven: all requests of route ${route?.name ?? ""} are of one person (sessions: ${person}), and one version took them all.`,
    fix: `Ask without ${person} (verify of the route, --path and --header): such requests go by the weights, each by itself. Where the application wants it, --allow-unproven takes the answers for enough.`,
    cluster: cluster.name,
  };
}

function notAttributed(place: ProofPlace, measured: Measured): Diagnostic {
  const { cluster, route } = place;
  return {
    ...warningOf("ISM407"),
    detail: `${asked(place)}, the split of route ${route?.name ?? ""} is not known: of ${measured.unattributed} of ${measured.requests} requests it cannot be said which version they went to, since answers of 500 and above are tried again, or nothing but the ${proxyName(place)} itself answered.`,
    fix: "Ask with a path and headers that the application answers below 500: verify of the route, or --path and --header.",
    cluster: cluster.name,
  };
}
