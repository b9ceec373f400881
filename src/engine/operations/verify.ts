import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { EndpointFinding } from "../../core/checks/endpoint-table.ts";
import type { VersionVerdict } from "../../core/decide/weights.ts";
import { judgeWeights } from "../../core/decide/weights.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import { ingressGateway, istioNamespace } from "../../core/render/names.ts";
import type { Connected } from "../connect.ts";
import { closeMesh, openMesh, refuseSharedClusters } from "../connect.ts";
import { diagnoseFailure } from "../diagnose-failure.ts";
import type { ActualEndpoints } from "../facts/ingress-endpoints.ts";
import { compareIngressEndpoints, listIngressPods, readActualEndpoints } from "../facts/ingress-endpoints.ts";
import { serviceAddresses } from "../facts/service-addresses.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { SplitMeasurement } from "../traffic/measure-split.ts";
import { measureSplit } from "../traffic/measure-split.ts";

/** What was proven, or not, of one route at one cluster's ingress. */
export interface IngressProof {
  readonly cluster: string;
  readonly service: string;
  readonly namespace: string;
  readonly route: string;
  /** The URL that was asked; empty when the ingress has no address. */
  readonly url: string;
  readonly endpoints: readonly EndpointFinding[];
  readonly requests: number;
  readonly failures: SplitMeasurement["failures"];
  readonly weights: readonly VersionVerdict[];
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Verification {
  readonly proofs: readonly IngressProof[];
  /** Clusters that did not answer. */
  readonly unreachable: readonly { readonly cluster: string; readonly diagnostic: Diagnostic }[];
  readonly ok: boolean;
}

export interface VerifyOptions extends EngineOptions {
  /** Requests to each ingress per route, at least 1. */
  readonly requests: number;
  readonly only?: { readonly service: string; readonly namespace: string; readonly route?: string };
}

/** The weights' test is wrong about a true split at most once in a thousand runs. */
export const significance = 0.001;

/**
 * Proves the mesh by what its ingress gateways know and by real requests to
 * them: endpoints of every version against what the clusters really run, and
 * the measured split against the asked one. A cluster that does not answer is
 * named and the others are proven all the same.
 */
export async function verifyMesh(meshFile: MeshFile, options: VerifyOptions): Promise<Verification> {
  const open = await openMesh(meshFile, options);
  const { connections } = open;
  try {
    refuseSharedClusters(meshFile, connections);
    const connected = connections.filter((one) => one.kind === "connected");
    const proofs: IngressProof[] = [];
    for (const service of meshFile.mesh.services.filter((one) => isAsked(one, options))) {
      const actual = await readActualEndpoints(connected, service, options.signal);
      for (const route of service.routes.filter(
        (one) => options.only?.route === undefined || one.name === options.only.route,
      )) {
        const ofRoute = await Promise.all(
          connected.map(async (one) => proveIngress({ meshFile, one, service, route, actual }, options)),
        );
        proofs.push(...ofRoute);
      }
    }
    const unreachable = connections.flatMap((one) =>
      one.kind === "unreachable" ? [{ cluster: one.cluster.name, diagnostic: one.diagnostic }] : [],
    );
    return { proofs, unreachable, ok: unreachable.length === 0 && proofs.every((proof) => proof.ok) };
  } finally {
    await closeMesh(open);
  }
}

function isAsked(service: Service, options: VerifyOptions): boolean {
  return (
    options.only === undefined ||
    (options.only.service === service.name && options.only.namespace === service.namespace)
  );
}

interface ProofInput {
  readonly meshFile: MeshFile;
  readonly one: Connected;
  readonly service: Service;
  readonly route: Route;
  readonly actual: ActualEndpoints;
}

async function proveIngress(input: ProofInput, options: VerifyOptions): Promise<IngressProof> {
  const { one, service, route } = input;
  const subject = one.cluster.name;
  const task = `verifying ${route.name}`;
  const started = options.now();
  const base = { cluster: subject, service: service.name, namespace: service.namespace, route: route.name };
  options.onEvent({ kind: "task.started", subject, task });
  try {
    const gateway = await one.client.get(
      { apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: ingressGateway },
      { signal: options.signal },
    );
    const [address] = gateway === undefined ? [] : serviceAddresses(gateway);
    if (address === undefined) {
      return failed(base, [noIngress(one)]);
    }
    const pods = await listIngressPods(one, options.signal);
    const endpoints = await compareIngressEndpoints(
      { mesh: input.meshFile.mesh, one, service, actual: input.actual },
      pods,
      options.signal,
    );
    if (!canBeRequested(route)) {
      const diagnostics = [...diagnoseEndpoints(service, endpoints), notMeasured(subject, route)];
      const proven = { url: "", requests: 0, failures: [], weights: [] };
      return { ...base, ...proven, endpoints, ok: !diagnostics.some((one) => one.severity === "error"), diagnostics };
    }
    const measurement = await measureSplit(
      { client: one.client, pods, address, service, route, requests: options.requests },
      options,
    );
    const weights = judgeWeights(
      service.versions.map((version) => ({
        version: version.name,
        answers: measurement.answers[version.name] ?? 0,
        asked: route.weights[version.name] ?? 0,
      })),
      significance,
    );
    const diagnostics = diagnose(input, endpoints, measurement, weights);
    options.onEvent({ kind: "task.done", subject, task, seconds: (options.now() - started) / 1000 });
    return {
      ...base,
      url: measurement.url,
      endpoints,
      requests: measurement.requests,
      failures: measurement.failures,
      weights,
      ok: diagnostics.length === 0,
      diagnostics,
    };
  } catch (error) {
    options.signal.throwIfAborted();
    return failed(base, await diagnoseFailure(error, subject, "verify"));
  }
}

function failed(
  base: Pick<IngressProof, "cluster" | "service" | "namespace" | "route">,
  diagnostics: readonly Diagnostic[],
): IngressProof {
  return { ...base, url: "", endpoints: [], requests: 0, failures: [], weights: [], ok: false, diagnostics };
}

/** False for a match by regular expression: no request is known that it takes. */
function canBeRequested(route: Route): boolean {
  return [route.match.path, ...Object.values(route.match.headers)].every((match) => match.kind !== "regex");
}

function notMeasured(cluster: string, route: Route): Diagnostic {
  return {
    code: "ISM405",
    severity: "warning",
    summary: "A route is not measured",
    detail: `Route ${route.name} matches by a regular expression, and no request can be made up that it is sure to take. At the ingress of ${cluster} only the endpoints are proven.`,
    fix: "Measure it with requests of your own, or match by exact or prefix.",
    cluster,
  };
}

function diagnoseEndpoints(service: Service, endpoints: readonly EndpointFinding[]): Diagnostic[] {
  return endpoints.filter((finding) => !finding.ok).map((finding) => wrongEndpoints(service, finding));
}

function diagnose(
  input: ProofInput,
  endpoints: readonly EndpointFinding[],
  measurement: SplitMeasurement,
  weights: readonly VersionVerdict[],
): Diagnostic[] {
  const { one, service, route } = input;
  const cluster = one.cluster.name;
  const found: Diagnostic[] = diagnoseEndpoints(service, endpoints);
  if (measurement.failures.length > 0) {
    found.push({
      code: "ISM403",
      severity: "error",
      summary: "Requests failed",
      detail: `At the ingress of ${cluster}, ${measurement.failures.map((one) => `${one.count} of ${measurement.requests} requests to ${measurement.url} ended with ${one.reason}`).join("; ")}.`,
      fix: `Look at the gateway's log: kubectl --context ${one.context.context} -n istio-system logs deploy/istio-ingressgateway`,
      cluster,
    });
  }
  if (weights.some((verdict) => !verdict.agrees)) {
    found.push({
      code: "ISM401",
      severity: "error",
      summary: "Weights are not as asked",
      detail: `At the ingress of ${cluster}, route ${route.name} was asked ${weights.map((one) => `${one.version}=${one.asked}`).join(" ")} and gave ${weights
        .map((one) => `${one.version}=${(one.measured * 100).toFixed(1)}`)
        .join(" ")} over ${measurement.requests} requests. ${reasonFor(endpoints)}`,
      fix: "Run isthmus plan to see whether the cluster has the route of the mesh file, and isthmus apply to put it there.",
      cluster,
    });
  }
  return found;
}

function wrongEndpoints(service: Service, finding: EndpointFinding): Diagnostic {
  const parts = [
    ...(finding.expected.length === 0 ? ["no ready pod of the version is known in any cluster that answers"] : []),
    ...(finding.missing.length === 0 ? [] : [`missing ${finding.missing.join(", ")}`]),
    ...(finding.foreign.length === 0
      ? []
      : [`has ${finding.foreign.join(", ")}, which are not addresses that it can use`]),
  ];
  return {
    code: "ISM402",
    severity: "error",
    summary: "An ingress gateway does not have the right endpoints",
    detail: `The ingress of ${finding.cluster}, version ${finding.version} of ${service.namespace}/${service.name}: ${parts.join("; ")}.`,
    fix: "Run isthmus status to see whether the clusters are joined and the version's pods are ready.",
    cluster: finding.cluster,
  };
}

/** Why a split may be off, from what is known of the endpoints. */
function reasonFor(endpoints: readonly EndpointFinding[]): string {
  const empty = endpoints.filter((finding) => finding.seen.length === 0).map((finding) => finding.version);
  if (empty.length > 0) {
    return `The gateway has no endpoint for ${empty.join(", ")}: the clusters that run it are not joined, or its pods are not ready.`;
  }
  if (endpoints.some((finding) => !finding.ok)) {
    return "The gateway's endpoints are not the right ones, see above.";
  }
  return "The endpoints are right, so the route in this cluster differs from the mesh file, or another route takes these requests.";
}

function noIngress({ cluster: { name: cluster }, context }: Connected): Diagnostic {
  return {
    code: "ISM404",
    severity: "error",
    summary: "The ingress gateway has no address",
    detail: `Service istio-system/istio-ingressgateway of ${cluster} has no load-balancer address, so nothing outside can reach the mesh there.`,
    fix: `See why the Service has none, or whether isthmus apply has ended well:\n    kubectl --context ${context.context} -n istio-system describe service istio-ingressgateway`,
    cluster,
    object: { group: "", kind: "Service", namespace: "istio-system", name: "istio-ingressgateway" },
  };
}
