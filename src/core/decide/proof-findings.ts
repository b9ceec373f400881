import type { ClusterEndpoints, EndpointFinding } from "../checks/endpoint-table.ts";
import { clustersOf, podsIn } from "../checks/endpoint-table.ts";
import { hostNamesIn } from "../checks/gateway-names.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { Cluster, Mesh, Route, Service } from "../model/mesh.ts";
import { quoteCommand } from "../quote-command.ts";
import type { CountedAnswers } from "./count-answers.ts";
import type { VersionVerdict } from "./weights.ts";

/** Where a proof was made and of what. */
export interface ProofPlace {
  readonly mesh: Mesh;
  readonly cluster: Cluster;
  /** Cluster → its kubeconfig context, for commands that a fix names. */
  readonly contexts: Readonly<Record<string, string>>;
  /** The mesh file as the user named it, for commands that a fix names. */
  readonly file: string;
  readonly service: Service;
  /** Left out for a service without routes. */
  readonly route?: Route;
  readonly actual: Readonly<Record<string, ClusterEndpoints>>;
}

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
}

/** What is wrong with the endpoints that an ingress has, the cause before what follows from it. */
export function findWrongEndpoints(place: ProofPlace, findings: readonly EndpointFinding[]): readonly Diagnostic[] {
  const missing = missingPorts(place);
  if (missing.length > 0) {
    return missing;
  }
  // A version that gets no request may run nowhere.
  const judged = findings.filter(
    ({ version, expected, seen }) => expected.length > 0 || seen.length > 0 || weightOf(place, version) > 0,
  );
  return judged.filter((finding) => !finding.ok && finding.held).map((finding) => wrongEndpoints(place, finding));
}

/** Gateways that are told only of what routes name hold nothing of a service without routes. */
export function findUnheld(place: ProofPlace, findings: readonly EndpointFinding[]): readonly Diagnostic[] {
  const unheld = findings.filter((finding) => !finding.held);
  const [first] = unheld;
  if (first === undefined) {
    return [];
  }
  const { cluster, service, route } = place;
  const versions = [...new Set(unheld.map(({ version }) => version))].filter((one) => one !== "").join(", ");
  const what = `${versions === "" ? "" : `version ${versions} of `}${service.namespace}/${service.name}`;
  return route === undefined
    ? [
        {
          ...warningOf("ISM407"),
          detail: `The ingress of ${cluster.name} does not know ${what}, as gateways do that are told only of what routes name (PILOT_FILTER_GATEWAY_CLUSTER_CONFIG): its endpoints cannot be seen there.`,
          fix: "Look at the proxy of a pod that calls the service: istioctl proxy-config endpoint POD.",
          cluster: cluster.name,
        },
      ]
    : [
        {
          ...errorOf("ISM402"),
          detail: `The ingress of ${cluster.name} does not know ${what}, to which route ${route.name} sends requests: they are answered with 503. Its DestinationRule is missing in the cluster, or the proxy has not taken its configuration.`,
          fix: `Run isthmus apply, and see whether istiod reaches the proxy: ${kubectl(place, cluster.name)} -n istio-system logs deploy/istio-ingressgateway`,
          cluster: cluster.name,
        },
      ];
}

/** A Service that lacks the port has no endpoint that a route could use. */
function missingPorts({ mesh, cluster, service, actual }: ProofPlace): readonly Diagnostic[] {
  return mesh.clusters
    .filter((one) => one.name === cluster.name || clustersOf(mesh, service, undefined, cluster).includes(one))
    .flatMap((one): readonly Diagnostic[] => {
      const ports = actual[one.name]?.servicePorts;
      return ports === undefined || ports.includes(service.port)
        ? []
        : [
            {
              ...errorOf("ISM409"),
              detail: `The mesh file sends requests for ${service.namespace}/${service.name} to port ${service.port}. The Service in ${one.name} has ${ports.length === 0 ? "no port" : ports.join(", ")}, so no endpoint there belongs to it.`,
              fix: `Write the Service's port in the mesh file, or correct the Service; the number is that of the Service, not that of the pods.`,
              cluster: one.name,
              object: { group: "", kind: "Service", namespace: service.namespace, name: service.name },
            },
          ];
    });
}

function wrongEndpoints(place: ProofPlace, finding: EndpointFinding): Diagnostic {
  const { service, cluster } = place;
  const nowhere = finding.expected.length === 0 ? [explainNone(place, finding.version)] : [];
  const parts = [
    ...nowhere,
    ...(finding.missing.length === 0 ? [] : [`missing ${finding.missing.join(", ")}`]),
    ...namesIn(finding.missing).map((name) => `istiod of ${cluster.name} has no address for ${name}`),
    ...finding.idle
      .filter(({ address }) => finding.missing.includes(address))
      .map(({ address, reason }) => `${address} gets no requests (${reason})`),
    ...(finding.foreign.length === 0
      ? []
      : [`has ${finding.foreign.join(", ")}, which are not addresses that it can use`]),
  ];
  const version = finding.version === "" ? "" : `version ${finding.version} of `;
  return {
    ...errorOf("ISM402"),
    detail: `The ingress of ${cluster.name}, ${version}${service.namespace}/${service.name}: ${parts.join("; ")}.`,
    fix:
      nowhere.length === 0
        ? "Run isthmus status to see whether the clusters are joined, and isthmus check for the cause."
        : `See why: ${runsIn(place, finding.version)
            .map((name) => `${kubectl(place, name)} -n ${service.namespace} get pods`)
            .join(" and ")}${wayOut(place, finding.version)}`,
    cluster: cluster.name,
  };
}

/** Host names among endpoints: gateways that an istiod does not resolve. */
function namesIn(endpoints: readonly string[]): readonly string[] {
  return hostNamesIn(endpoints.map((one) => one.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")));
}

function runsIn({ mesh, cluster, service }: ProofPlace, version: string): readonly string[] {
  return clustersOf(mesh, service, version === "" ? undefined : version, cluster).map(({ name }) => name);
}

function explainNone(place: ProofPlace, version: string): string {
  const clusters = runsIn(place, version);
  const asked = weightOf(place, version);
  const share = place.route === undefined || asked === 0 ? "" : `, and its ${asked} % of the requests fail`;
  const ready = clusters.filter((name) => podsIn(place.actual[name], version === "" ? undefined : version).length > 0);
  return ready.length === 0
    ? `no pod of it is ready in ${clusters.join(" or ")}${share}`
    : `the east-west gateway of ${ready.join(" and ")} has no address${share}`;
}

function wayOut(place: ProofPlace, version: string): string {
  const { service, route } = place;
  const healthy = service.versions.find(
    ({ name }) => name !== version && runsIn(place, name).some((one) => podsIn(place.actual[one], name).length > 0),
  );
  if (route === undefined || healthy === undefined || weightOf(place, version) === 0) {
    return "";
  }
  const weights = service.versions.map(({ name }) => `${name}=${name === healthy.name ? 100 : 0}`);
  const scope = ["-f", place.file, "-n", service.namespace, "--route", route.name];
  return `, or give it no requests meanwhile: ${quoteCommand(["isthmus", "shift", service.name, ...weights, ...scope])}`;
}

function weightOf({ route }: ProofPlace, version: string): number {
  // Of a service without routes every version counts.
  return route === undefined ? 1 : (route.weights[version] ?? 0);
}

/** What the requests show: failures first, since weights of requests that failed say nothing about the route. */
export function findWrongAnswers(
  place: ProofPlace,
  endpoints: readonly EndpointFinding[],
  measured: Measured,
  weights: readonly VersionVerdict[],
): readonly Diagnostic[] {
  const failed = measured.tally.failures.length === 0 ? [] : [requestsFailed(place, endpoints, measured)];
  if (measured.kind === "elsewhere") {
    // Requests that ended badly are no answers of another route: as many as those may be missing.
    const bad = measured.tally.failures.reduce((all, one) => all + one.count, 0);
    const missing = measured.tally.answered - measured.seen;
    return failed.length > 0 && missing <= bad ? failed : [...failed, answeredElsewhere(place, measured)];
  }
  if (measured.kind !== "counted") {
    return [...failed, notCounted(place, measured)];
  }
  if (weights.some(({ verdict }) => verdict === "differs")) {
    return [...failed, wrongWeights(place, endpoints, measured, weights)];
  }
  const open = weights.some(({ verdict }) => verdict === "open");
  return failed.length === 0 && open ? [notAttributed(place, measured)] : failed;
}

/** The program's name with the cluster's context. */
function kubectl({ contexts }: ProofPlace, cluster: string): string {
  const context = contexts[cluster];
  return context === undefined ? "kubectl" : quoteCommand(["kubectl", "--context", context]);
}

function requestsFailed(place: ProofPlace, endpoints: readonly EndpointFinding[], measured: Measured): Diagnostic {
  const { cluster, service, route } = place;
  const { failures } = measured.tally;
  const noRoute = failures.every(({ reason }) => reason.includes("404 of the gateway itself"));
  const empty = noRoute ? [] : emptyVersions(endpoints).filter((version) => (route?.weights[version] ?? 0) > 0);
  const cause =
    empty.length === 0
      ? []
      : [
          `Nothing can answer for ${empty.map((one) => `${one} (asked ${route?.weights[one] ?? 0} %)`).join(" and ")}, see above.`,
        ];
  const inLog = measured.details.map((one) => `${one.count} x ${one.reason}`).join(", ");
  const denied = failures.some(({ reason }) => /RBAC|Jwt|Jwks|Audiences/.test(reason));
  return {
    ...errorOf("ISM403"),
    detail: [
      `At the ingress of ${cluster.name}, of ${measured.requests} requests to ${measured.url}: ${failures.map((one) => `${one.count} ended with ${one.reason}`).join("; ")}.`,
      ...cause,
      ...(inLog === "" ? [] : [`The gateway's log says: ${inLog}.`]),
    ].join(" "),
    fix:
      empty.length > 0
        ? `Get pods of ${empty.join(" and ")} of ${service.namespace}/${service.name} ready where they run, or give them no weight.`
        : failures.every(({ reason }) => reason.includes("of the application"))
          ? "See what the application answers to this request, or correct what is expected: verify of the route, or --path and --expect."
          : noRoute
            ? "Run isthmus plan to see whether the cluster has the route and the Gateway of the mesh file, and isthmus apply to put them there."
            : denied
              ? "A policy of the mesh denies the request. Ask with what it wants (verify.headers of the route, or --header), or write the status that is meant (verify.expect, or --expect)."
              : `Look at the gateway's log: ${kubectl(place, cluster.name)} -n istio-system logs deploy/istio-ingressgateway`,
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
  { cluster, route }: ProofPlace,
  endpoints: readonly EndpointFinding[],
  measured: Measured,
  weights: readonly VersionVerdict[],
): Diagnostic {
  const reason = endpoints.every((finding) => finding.ok)
    ? "The endpoints are right, so the route in this cluster differs from the mesh file, or its proxies have not taken it yet."
    : "The gateway's endpoints are not the right ones, see above.";
  return {
    ...errorOf("ISM401"),
    detail: `At the ingress of ${cluster.name}, route ${route?.name ?? ""} was asked ${weights.map((one) => `${one.version}=${one.asked}`).join(" ")} and gave ${weights.map((one) => `${one.version}=${(one.measured * 100).toFixed(1)}`).join(" ")} of ${measured.requests} requests. ${reason}`,
    fix: "Run isthmus plan to see whether the cluster has the route of the mesh file, and isthmus apply to put it there.",
    cluster: cluster.name,
  };
}

function answeredElsewhere(place: ProofPlace, measured: Measured): Diagnostic {
  const { cluster, service, route } = place;
  const taker = measured.takenBy.length === 0 ? "something else" : measured.takenBy.join(" and ");
  return {
    ...errorOf("ISM406"),
    detail: `At the ingress of ${cluster.name}, ${measured.tally.answered} of ${measured.requests} requests to ${measured.url} were answered, and the versions of ${service.namespace}/${service.name} gave ${measured.seen} of these answers: ${taker} gave the rest. Route ${route?.name ?? ""} does not get all requests that it matches.`,
    fix: `Look for another VirtualService of the same host, in the mesh file or made by hand: ${kubectl(place, cluster.name)} get virtualservices -A. Where this path is meant for another route, give one that only this route takes: verify.path, or --path.`,
    cluster: cluster.name,
  };
}

function notCounted({ cluster, route }: ProofPlace, measured: Measured): Diagnostic {
  const why =
    measured.kind === "unwatched"
      ? "no running pod of the ingress gateway (label istio=ingressgateway in istio-system) was found, and its counters tell where requests go"
      : measured.kind === "restarted"
        ? `the proxy's counters began anew while requests were sent, ${measured.attempts} times in a row, as they do whenever its endpoints or settings change`
        : `others sent requests to the same versions meanwhile (${measured.seen} answers were counted, ${measured.tally.answered} of them to isthmus), and the gateway writes no access log that tells whose they are`;
  return {
    ...warningOf("ISM407"),
    detail: `At the ingress of ${cluster.name}, the split of route ${route?.name ?? ""} is not known: ${why}.`,
    fix:
      measured.kind === "unwatched"
        ? "Run isthmus check to see what is wrong with the gateway."
        : measured.kind === "restarted"
          ? "Run isthmus verify again when no pods start or end."
          : "Turn the mesh's access log on (spec.istio.values: { meshConfig: { accessLogFile: /dev/stdout } }), or run isthmus verify when nobody else asks.",
    cluster: cluster.name,
  };
}

function notAttributed({ cluster, route }: ProofPlace, measured: Measured): Diagnostic {
  return {
    ...warningOf("ISM407"),
    detail: `At the ingress of ${cluster.name}, the split of route ${route?.name ?? ""} is not known: of ${measured.unattributed} of ${measured.requests} requests it cannot be said which version they went to, since answers of 500 and above are tried again, or nothing but the gateway itself answered.`,
    fix: "Ask with a path and headers that the application answers below 500: verify of the route, or --path and --header.",
    cluster: cluster.name,
  };
}
