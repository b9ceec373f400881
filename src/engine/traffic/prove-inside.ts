import type { Measured } from "../../core/decide/answer-findings.ts";
import { findWrongAnswers } from "../../core/decide/answer-findings.ts";
import { findUnheld, findWrongEndpoints } from "../../core/decide/endpoint-findings.ts";
import { explainInside } from "../../core/decide/inside-failures.ts";
import { personOf } from "../../core/decide/one-person.ts";
import { otherProtocol } from "../../core/decide/port-protocol.ts";
import type { RouteProof } from "../../core/decide/proof.ts";
import type { RequestChoice, RouteRequest } from "../../core/decide/route-request.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import { insteadOf } from "../../core/drain/drained-mesh.ts";
import { elsewhereSubset } from "../../core/render/drain.ts";
import { serviceHost } from "../../core/render/names.ts";
import type { PodPort } from "../../kube/client.ts";
import { compareIngressEndpoints } from "../facts/ingress-endpoints.ts";
import { forwardPort } from "./forward-port.ts";
import type { JudgedSplit } from "./judge-split.ts";
import { judgeSplit } from "./judge-split.ts";
import type { MeasureInput } from "./measure-split.ts";
import { measureSplit } from "./measure-split.ts";
import { notMeasured, placeOf, portOf, proofOf, requestFor, whatWasMeasured } from "./proof-parts.ts";
import { proveConnections } from "./prove-connections.ts";
import { proveRedirect } from "./prove-redirect.ts";
import { routesConnections } from "../../core/routing/hosts.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import type { ProofInput, VerifyOptions } from "./verification.ts";

/** A service without routes has no split to be measured: so many show whether it is answered. */
const requestsWithoutRoute = 10;

/**
 * Proves by a caller inside the mesh, a probe pod whose `port` leads to the
 * service: the endpoints that its sidecar has, and of a route of `gateway:
 * mesh` where its requests go, of a service without routes whether they are
 * answered by it.
 */
export async function proveInside(input: ProofInput, port: PodPort, options: VerifyOptions): Promise<RouteProof> {
  const { one, service, route } = input;
  const pods = [{ namespace: port.namespace, name: port.pod }];
  const endpoints = await endpointsOf(input, pods, options.signal);
  const place = placeOf(input, "mesh");
  const found = [...findWrongEndpoints(place, endpoints), ...findUnheld(place, endpoints)];
  if (route !== undefined && routesConnections(route)) {
    return proveConnections(input, route, { to: { port }, listPods: async () => pods, endpoints, found }, options);
  }
  const unasked = (why: Diagnostic): RouteProof => proofOf(input, "mesh", { endpoints, diagnostics: [...found, why] });
  const protocol = await protocolOf(input, options.signal);
  if (protocol !== undefined) {
    return unasked(notHttp(input, protocol));
  }
  const choice = chooseInside(input, options);
  if (choice.kind === "none") {
    return unasked(notMeasured(input, "mesh", choice));
  }
  const forwarded = await forwardPort(one.client, port, options.signal);
  try {
    const shown = `http://${choice.request.hosts[0] ?? ""}:${service.port}`;
    if (route?.redirect !== undefined) {
      const asking = { origin: forwarded.origin, shown, request: choice.request, redirect: route.redirect };
      const { diagnostics, ...proof } = await proveRedirect(input, { ...asking, via: "mesh" }, options);
      return forwarded.failure() !== undefined && diagnostics.length > 0
        ? unasked(tunnelBroke(input, forwarded.failure()))
        : proofOf(input, "mesh", { endpoints, ...proof, diagnostics: [...found, ...diagnostics] });
    }
    const measuring: MeasureInput = {
      client: one.client,
      listPods: async () => pods,
      origin: forwarded.origin,
      shown,
      service,
      request: choice.request,
      requests: route === undefined ? requestsWithoutRoute : options.requests,
    };
    const split = inWords(service, await measure(measuring, { route, cluster: one.cluster.name }, options));
    if (forwarded.failure() !== undefined && split.measured.tally.failures.length > 0) {
      return unasked(tunnelBroke(input, forwarded.failure()));
    }
    return proofOf(input, "mesh", {
      endpoints,
      ...whatWasMeasured(split),
      diagnostics: [...found, ...findWrongAnswers(place, endpoints, split.measured, split.weights)],
    });
  } finally {
    await forwarded.close();
  }
}

/**
 * None of a headless Service that stays in its cluster: sidecars have no endpoints of it, but lead its callers' connections on as they are
 * (https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/#headless-services).
 */
async function endpointsOf(
  { meshFile, one, service, actual }: ProofInput,
  pods: Parameters<typeof compareIngressEndpoints>[1],
  signal: AbortSignal,
): Promise<RouteProof["endpoints"]> {
  return actual[one.cluster.name]?.headless === true && !service.exported
    ? []
    : compareIngressEndpoints({ mesh: meshFile.mesh, one, service, actual }, pods, signal);
}

async function measure(
  measuring: MeasureInput,
  { route, cluster }: { readonly route: Route | undefined; readonly cluster: string },
  options: VerifyOptions,
): Promise<JudgedSplit> {
  const { service, request } = measuring;
  if (route !== undefined) {
    const person = personOf(request, { service, route, via: "mesh" });
    return judgeSplit({ ...measuring, person }, route.weights, options);
  }
  // Requests without a route go to the service as a whole, which Envoy counts as a subset without a name; where it is drained they are led to its pods elsewhere.
  const name = insteadOf(service, cluster, undefined) === undefined ? "" : elsewhereSubset;
  const whole = { name, clusters: [], labels: {} };
  const all = { ...service, versions: [whole, ...service.versions] };
  return { measured: await measureSplit({ ...measuring, service: all }, options), weights: [] };
}

/** The same with failures in words about a caller: the texts of a measurement are about a gateway. */
function inWords(service: Service, split: JudgedSplit): JudgedSplit {
  const { measured } = split;
  const failures = measured.tally.failures.map(({ reason, count }) => ({
    reason: explainInside(reason, serviceHost(service)),
    count,
  }));
  return { ...split, measured: { ...measured, tally: { ...measured.tally, failures } } satisfies Measured };
}

function chooseInside({ meshFile, one, service, route }: ProofInput, options: VerifyOptions): RequestChoice {
  return route === undefined
    ? { kind: "request", request: requestWithoutRoute(service, options) }
    : requestFor(meshAt(meshFile.mesh, one.cluster), { service, route, via: "mesh" }, options);
}

function requestWithoutRoute(service: Service, { ask = {} }: VerifyOptions): RouteRequest {
  const { method = "GET", path = "/", headers = {}, expect } = ask;
  return { method, path, headers, hosts: [serviceHost(service)], ...(expect === undefined ? {} : { expect }) };
}

/** What the service's port is in this cluster, where it is not HTTP. */
async function protocolOf(input: ProofInput, signal: AbortSignal): Promise<string | undefined> {
  const port = await portOf(input, signal);
  return port === undefined ? undefined : otherProtocol(port);
}

function notHttp({ one, service, route }: ProofInput, protocol: string): Diagnostic {
  const cluster = one.cluster.name;
  const what = route === undefined ? "" : ` for route ${route.name}`;
  return {
    ...warningOf("ISM572"),
    detail: `Port ${service.port} of Service ${service.namespace}/${service.name} in ${cluster} is ${protocol} by its name or appProtocol, so no request was asked${what}: isthmus asks by HTTP. Inside ${cluster} only the endpoints were looked at.`,
    fix: "Where the application speaks HTTP, name the port http-… or give it appProtocol: http. Otherwise ask with the application's own client, and run isthmus verify --allow-unproven.",
    cluster,
    object: { group: "", kind: "Service", namespace: service.namespace, name: service.name },
  };
}

function tunnelBroke({ one, service, route }: ProofInput, error: unknown): Diagnostic {
  const cluster = one.cluster.name;
  const what = route === undefined ? `${service.namespace}/${service.name}` : `route ${route.name}`;
  return {
    ...warningOf("ISM570"),
    detail: `The way to the probe pod in ${cluster} broke while requests to ${what} were sent: ${error instanceof Error ? error.message : String(error)}. What they would have shown is not known.`,
    fix: "Run isthmus verify again. Where it breaks each time, see whether the API server, or a proxy before it, ends long connections.",
    cluster,
  };
}
