import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { IngressProof } from "../../core/decide/proof.ts";
import { stateOf } from "../../core/decide/proof.ts";
import type { ProofPlace } from "../../core/decide/proof-findings.ts";
import { findUnheld, findWrongAnswers, findWrongEndpoints } from "../../core/decide/proof-findings.ts";
import type { RequestChoice, RequestSettings } from "../../core/decide/route-request.ts";
import { chooseRequest } from "../../core/decide/route-request.ts";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import { ingressGateway, istioNamespace } from "../../core/render/names.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import type { ActualEndpoints } from "../facts/ingress-endpoints.ts";
import { compareIngressEndpoints, listIngressPods } from "../facts/ingress-endpoints.ts";
import { serviceAddresses } from "../facts/service-addresses.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { JudgedSplit } from "./judge-split.ts";
import { judgeSplit } from "./judge-split.ts";
import { originOf } from "./send-requests.ts";

/** What a verification found. */
export interface Verification {
  readonly proofs: readonly IngressProof[];
  /** Clusters that did not answer. */
  readonly unreachable: readonly { readonly cluster: string; readonly diagnostic: Diagnostic }[];
  /** What belongs to no proof: a mesh file that names nothing to prove. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many proofs ended in each state; a cluster that did not answer is a failed one. */
  readonly proven: number;
  readonly failed: number;
  readonly notProven: number;
  /** True when all was proven. */
  readonly ok: boolean;
}

/** Which part of the mesh is proven. */
export interface VerifyTarget {
  readonly service: string;
  readonly namespace: string;
  readonly route?: string;
}

export interface VerifyOptions extends RunOptions, AccessOptions {
  /** Requests to each ingress per route, at least 1. */
  readonly requests: number;
  readonly only?: VerifyTarget;
  /** How to ask, before what the mesh file says of each route. */
  readonly ask?: RequestSettings;
  /** The task that a plan names for the proof at a cluster's ingress, where one does. */
  readonly taskOf?: (cluster: string) => TaskRef;
}

/** One route of one service (or a service without routes) at one cluster's ingress. */
export interface ProofInput {
  readonly meshFile: MeshFile;
  readonly one: Connected;
  readonly connected: readonly Connected[];
  readonly service: Service;
  /** Undefined for a service without routes: its endpoints are proven alone. */
  readonly route: Route | undefined;
  readonly actual: ActualEndpoints;
}

/** Proves one of them; a failure of the proof itself is a proof that failed. Its task ends well only when nothing was found to be wrong. */
export async function proveIngress(input: ProofInput, options: VerifyOptions): Promise<IngressProof> {
  const { one, service, route } = input;
  const cluster = one.cluster.name;
  const task = options.taskOf?.(cluster) ?? {
    task: `verifying ${route?.name ?? `${service.namespace}/${service.name}`}`,
  };
  let proof: IngressProof | undefined;
  try {
    return await runTask({ ...task, cluster }, options, async (note) => {
      proof = await prove(input, options);
      const errors = proof.diagnostics.filter(({ severity }) => severity === "error");
      if (proof.state === "failed") {
        throw new UserError(errors, exitCodes.findings);
      }
      if (proof.state === "notProven") {
        note(`not proven: ${proof.diagnostics[0]?.summary ?? ""}`);
      }
      return proof;
    });
  } catch (error) {
    options.signal.throwIfAborted();
    return proof ?? proofOf(input, { diagnostics: await diagnoseFailure(error, cluster, "verify") });
  }
}

async function prove(input: ProofInput, options: VerifyOptions): Promise<IngressProof> {
  const { one, service, route, actual } = input;
  const { mesh } = input.meshFile;
  const pods = await listIngressPods(one, options.signal);
  const endpoints = await compareIngressEndpoints({ mesh, one, service, actual }, pods, options.signal);
  const place = placeOf(input);
  const unseen = pods.length === 0 ? [noIngressPods(one.cluster.name)] : [];
  const found = [...unseen, ...findWrongEndpoints(place, endpoints), ...findUnheld(place, endpoints)];
  if (route === undefined) {
    return proofOf(input, { endpoints, diagnostics: [...found, noRoute(one.cluster.name, service)] });
  }
  const split = await measureRoute(input, route, options);
  if ("notMeasured" in split) {
    return proofOf(input, { endpoints, diagnostics: [...found, split.notMeasured] });
  }
  const { measured, weights, before } = split;
  return proofOf(input, {
    url: measured.url,
    endpoints,
    requests: measured.requests,
    attempts: measured.attempts,
    statuses: measured.tally.statuses,
    failures: measured.tally.failures,
    weights,
    ...(before === undefined ? {} : { before }),
    unattributed: measured.unattributed,
    diagnostics: [...found, ...findWrongAnswers(place, endpoints, measured, weights)],
  });
}

function placeOf({ meshFile, one, connected, service, route, actual }: ProofInput): ProofPlace {
  return {
    mesh: meshFile.mesh,
    cluster: one.cluster,
    contexts: Object.fromEntries(connected.map(({ cluster, context }) => [cluster.name, context.context])),
    file: meshFile.name,
    service,
    ...(route === undefined ? {} : { route }),
    actual,
  };
}

/** Sends the route's request to the ingress and judges where it went, or says why that cannot be done. */
async function measureRoute(
  { meshFile, one, service }: ProofInput,
  route: Route,
  options: VerifyOptions,
): Promise<JudgedSplit | { readonly notMeasured: Diagnostic }> {
  const choice = choose(meshFile.mesh, service, route, options);
  if (choice.kind === "none") {
    return { notMeasured: notMeasured(one.cluster.name, route, choice) };
  }
  const gateway = await one.client.get(
    { apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: ingressGateway },
    { signal: options.signal },
  );
  const [address] = gateway === undefined ? [] : serviceAddresses(gateway);
  if (address === undefined) {
    return { notMeasured: noIngress(one) };
  }
  const input = {
    client: one.client,
    listPods: async () => listIngressPods(one, options.signal),
    origin: originOf(address, route.tls !== undefined),
    service,
    request: choice.request,
    requests: options.requests,
  };
  return judgeSplit(input, route.weights, options);
}

/** The request for a route, with the values of headers that the environment has. */
function choose(mesh: Mesh, service: Service, route: Route, options: VerifyOptions): RequestChoice {
  const { headers: wanted = {}, ...settings } = route.verify ?? {};
  const headers: Record<string, string> = {};
  const given = Object.keys(options.ask?.headers ?? {}).map((name) => name.toLowerCase());
  for (const [name, value] of Object.entries(wanted)) {
    const text = typeof value === "string" ? value : options.env[value.env];
    if (text === undefined && !given.includes(name)) {
      return {
        kind: "none",
        reason: `the value of header ${name} is in variable ${typeof value === "string" ? "" : value.env}, which is not set`,
        fix: "Set the variable, or give the header with --header.",
      };
    }
    headers[name] = text ?? "";
  }
  return chooseRequest(mesh, service, route, {
    ...settings,
    ...options.ask,
    headers: { ...headers, ...options.ask?.headers },
  });
}

function proofOf(
  { one, service, route }: ProofInput,
  rest: Partial<IngressProof> & Pick<IngressProof, "diagnostics">,
): IngressProof {
  const state = stateOf(rest.diagnostics);
  return {
    cluster: one.cluster.name,
    service: service.name,
    namespace: service.namespace,
    ...(route === undefined ? {} : { route: route.name }),
    state,
    ok: state === "proven",
    url: "",
    endpoints: [],
    requests: 0,
    attempts: 0,
    statuses: {},
    failures: [],
    weights: [],
    unattributed: 0,
    ...rest,
  };
}

function noIngressPods(cluster: string): Diagnostic {
  return {
    ...warningOf("ISM407"),
    detail: `No running pod of the ingress gateway of ${cluster} was found (label istio=ingressgateway in istio-system), so the endpoints that it has were not looked at.`,
    fix: "Run isthmus check to see what is wrong with the gateway.",
    cluster,
  };
}

function noRoute(cluster: string, service: Service): Diagnostic {
  return {
    ...warningOf("ISM408"),
    detail: `No route leads to ${service.namespace}/${service.name}, so no request from outside reaches it. At the ingress of ${cluster} only its endpoints were looked at; whether callers inside the mesh are answered is not proven.`,
    fix: "Ask from a pod of the mesh, or give the service a route. Where endpoints are enough: isthmus verify --allow-unproven.",
    cluster,
  };
}

function notMeasured(
  cluster: string,
  route: Route,
  choice: Extract<RequestChoice, { readonly kind: "none" }>,
): Diagnostic {
  return {
    ...warningOf("ISM405"),
    detail: `No request was asked of route ${route.name}: ${choice.reason}. At the ingress of ${cluster} only the endpoints were looked at.`,
    fix: choice.fix,
    cluster,
  };
}

function noIngress({ cluster: { name: cluster }, context }: Connected): Diagnostic {
  return {
    ...errorOf("ISM404"),
    detail: `Service istio-system/istio-ingressgateway of ${cluster} has no load-balancer address, so nothing outside can reach the mesh there.`,
    fix: `See why the Service has none, or whether isthmus apply has ended well:\n    kubectl --context ${context.context} -n istio-system describe service istio-ingressgateway`,
    cluster,
    object: { group: "", kind: "Service", namespace: "istio-system", name: "istio-ingressgateway" },
  };
}
