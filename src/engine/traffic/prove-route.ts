import type { RouteProof } from "../../core/decide/proof.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Route } from "../../core/model/mesh.ts";
import { meshGateway } from "../../core/render/names.ts";
import type { Probe, ProbePods } from "./probe-pods.ts";
import { notMeasured, runProof } from "./proof-parts.ts";
import { proveAtIngress } from "./prove-ingress.ts";
import { proveInside } from "./prove-inside.ts";
import type { ProofInput, VerifyOptions } from "./verification.ts";

/** True for what no request from outside reaches: a route for callers inside the mesh, or no route at all. */
export function isAskedInside(route: Route | undefined): boolean {
  return route === undefined || route.gateway === meshGateway;
}

/**
 * Proves one route, or a service without one, in one cluster: at its ingress, or
 * from inside where nothing else reaches it. A failure of the proof itself is a
 * proof that failed; its task ends well only when nothing was found to be wrong.
 */
export async function proveRoute(input: ProofInput, pods: ProbePods, options: VerifyOptions): Promise<RouteProof> {
  if (!isAskedInside(input.route)) {
    return runProof(input, "ingress", options, async () => proveAtIngress(input, undefined, options));
  }
  return runProof(input, "mesh", options, async () => {
    const probe: Probe = options.probePod
      ? await pods.of(input.one, input.service)
      : { kind: "none", diagnostic: notAsked(input) };
    return probe.kind === "made"
      ? proveInside(input, probe.port, options)
      : proveAtIngress(input, probe.diagnostic, options);
  });
}

/** That no pod was to be made. */
function notAsked(input: ProofInput): Diagnostic {
  const { one, service, route } = input;
  const cluster = one.cluster.name;
  return route === undefined
    ? {
        ...warningOf("ISM408"),
        detail: `No route leads to ${service.namespace}/${service.name}, so no request from outside reaches it. At the ingress of ${cluster} only its endpoints were looked at; whether callers inside the mesh are answered is not proven.`,
        fix: "Leave out --no-probe-pod, so that a pod in the cluster asks, or give the service a route. Where endpoints are enough: isthmus verify --no-probe-pod --allow-unproven.",
        cluster,
      }
    : notMeasured(input, "ingress", {
        reason: "it is for callers inside the mesh, and no request from outside reaches it",
        fix: "Leave out --no-probe-pod, so that a pod in the cluster asks.",
      });
}
