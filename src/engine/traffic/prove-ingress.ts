import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import { findWrongAnswers } from "../../core/decide/answer-findings.ts";
import { personOf } from "../../core/decide/one-person.ts";
import { findUnheld, findWrongEndpoints } from "../../core/decide/endpoint-findings.ts";
import type { RouteProof } from "../../core/decide/proof.ts";
import type { Route } from "../../core/model/mesh.ts";
import { ingressGateway, istioNamespace } from "../../core/render/names.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { compareIngressEndpoints, listIngressPods } from "../facts/ingress-endpoints.ts";
import { serviceAddresses } from "../facts/service-addresses.ts";
import { judgeSplit } from "./judge-split.ts";
import type { MeasureInput } from "./measure-split.ts";
import { notMeasured, placeOf, proofOf, requestFor, whatWasMeasured } from "./proof-parts.ts";
import type { ConnectionWay } from "./prove-connections.ts";
import { proveConnections } from "./prove-connections.ts";
import { proveRedirect } from "./prove-redirect.ts";
import { originOf } from "./send-requests.ts";
import { routesConnections } from "../../core/routing/hosts.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import type { ProofInput, VerifyOptions } from "./verification.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

/**
 * Proves a route at a cluster's ingress: its proxies' endpoints, and where
 * requests from outside go. Of what nothing from outside reaches, the endpoints
 * alone, with `unasked` as the reason why nobody inside was asked either.
 */
export async function proveAtIngress(
  input: ProofInput,
  unasked: Diagnostic | undefined,
  options: VerifyOptions,
): Promise<RouteProof> {
  const { one, service, route, actual } = input;
  const { mesh } = input.meshFile;
  const pods = await listIngressPods(one, options.signal);
  const endpoints = await compareIngressEndpoints({ mesh, one, service, actual }, pods, options.signal);
  const place = placeOf(input, "ingress");
  const unseen = pods.length === 0 ? [noIngressPods(one.cluster.name)] : [];
  const found = [...unseen, ...findWrongEndpoints(place, endpoints), ...findUnheld(place, endpoints)];
  if (unasked !== undefined || route === undefined) {
    return proofOf(input, "ingress", {
      endpoints,
      diagnostics: [...found, ...(unasked === undefined ? [] : [unasked])],
    });
  }
  if (routesConnections(route)) {
    return connectAtIngress(input, route, { endpoints, found }, options);
  }
  const asking = await askingFor(input, route, options);
  if ("notMeasured" in asking) {
    return proofOf(input, "ingress", { endpoints, diagnostics: [...found, asking.notMeasured] });
  }
  if (route.redirect !== undefined) {
    const { diagnostics, ...proof } = await proveRedirect(
      input,
      { ...asking, via: "ingress", redirect: route.redirect },
      options,
    );
    return proofOf(input, "ingress", { endpoints, ...proof, diagnostics: [...found, ...diagnostics] });
  }
  const measuring = {
    ...asking,
    client: one.client,
    listPods: async () => listIngressPods(one, options.signal),
    service,
    requests: options.requests,
    person: personOf(asking.request, { service, route, via: "ingress" }),
  };
  const split = await judgeSplit(measuring, route.weights, options);
  const { measured, weights } = split;
  return proofOf(input, "ingress", {
    endpoints,
    ...whatWasMeasured(split),
    diagnostics: [...found, ...findWrongAnswers(place, endpoints, measured, weights)],
  });
}

async function connectAtIngress(
  input: ProofInput,
  route: Route,
  known: Pick<ConnectionWay, "endpoints" | "found">,
  options: VerifyOptions,
): Promise<RouteProof> {
  const { one } = input;
  const address = await addressOf(one, options.signal);
  const listPods = async () => listIngressPods(one, options.signal);
  return address === undefined
    ? proofOf(input, "ingress", { endpoints: known.endpoints, diagnostics: [...known.found, noIngress(one)] })
    : proveConnections(input, route, { to: { address }, listPods, ...known }, options);
}

/** Where the ingress is asked, and for what, or why that cannot be done. */
async function askingFor(
  input: ProofInput,
  route: Route,
  options: VerifyOptions,
): Promise<Pick<MeasureInput, "origin" | "request"> | { readonly notMeasured: Diagnostic }> {
  const { meshFile, one, service } = input;
  const choice = requestFor(meshAt(meshFile.mesh, one.cluster), { service, route, via: "ingress" }, options);
  if (choice.kind === "none") {
    return { notMeasured: notMeasured(input, "ingress", choice) };
  }
  const address = await addressOf(one, options.signal);
  if (address === undefined) {
    return { notMeasured: noIngress(one) };
  }
  return { origin: originOf(address, route.tls !== undefined), request: choice.request };
}

async function addressOf({ client }: Connected, signal: AbortSignal): Promise<string | undefined> {
  const reference = { apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: ingressGateway };
  const gateway = await client.get(reference, { signal });
  return gateway === undefined ? undefined : serviceAddresses(gateway)[0];
}

function noIngressPods(cluster: string): Diagnostic {
  return {
    ...warningOf("ISM407"),
    detail: `No running pod of the ingress gateway of ${cluster} was found (label istio=ingressgateway in istio-system), so the endpoints that it has were not looked at.`,
    fix: "Run isthmus check to see what is wrong with the gateway.",
    cluster,
  };
}

function noIngress({ cluster: { name: cluster }, context }: Connected): Diagnostic {
  return {
    ...errorOf("ISM404"),
    detail: `Service istio-system/istio-ingressgateway of ${cluster} has no load-balancer address, so nothing outside can reach the mesh there.`,
    fix: `See why the Service has none, or whether isthmus apply has ended well:\n    ${kubectlLine(context.context)} -n istio-system describe service istio-ingressgateway`,
    cluster,
    object: { group: "", kind: "Service", namespace: "istio-system", name: "istio-ingressgateway" },
  };
}
