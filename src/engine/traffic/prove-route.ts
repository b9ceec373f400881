import type { ProofWay, RouteProof } from "../../core/decide/proof.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Route } from "../../core/model/mesh.ts";
import type { Listener } from "../../core/routing/hosts.ts";
import { listenersOf } from "../../core/routing/hosts.ts";
import { listenersIn } from "../../core/routing/routes-at.ts";
import type { Probe, ProbePods } from "./probe-pods.ts";
import { notMeasured, proofOf, runProofs } from "./proof-parts.ts";
import { proveAtIngress } from "./prove-ingress.ts";
import { proveInside } from "./prove-inside.ts";
import type { ProofInput, VerifyOptions } from "./verification.ts";

/** From where a route is asked: at the ingress, from inside, or both. A service without routes is asked from inside. */
export function waysOf(route: Route | undefined): readonly ProofWay[] {
  return route === undefined ? ["mesh"] : listenersOf(route).map(wayOf);
}

function wayOf(listener: Listener): ProofWay {
  return listener === "mesh" ? "mesh" : "ingress";
}

/** Those of a route's ways that requests take in the cluster. */
function waysIn({ meshFile, one, service, route, from }: ProofInput): readonly ProofWay[] {
  const ways =
    route === undefined ? waysOf(route) : listenersIn(meshFile.mesh, { service, route }, one.cluster).map(wayOf);
  return ways.filter((way) => from === undefined || way === "mesh");
}

/**
 * Proves one route, or a service without one, in one cluster, in each of its
 * ways that no other route takes there as a whole; from a pod of somebody's only
 * as callers inside reach it. A failure of a proof itself is a proof that failed;
 * the task ends well only when nothing was found to be wrong.
 */
export async function proveRoute(
  input: ProofInput,
  pods: ProbePods,
  options: VerifyOptions,
): Promise<readonly RouteProof[]> {
  return runProofs(input, waysIn(input), options, async (via) => {
    if (via === "ingress") {
      return proveAtIngress(input, undefined, options);
    }
    const probe: Probe = options.probePod
      ? await pods.of(input.one, input.service)
      : { kind: "none", diagnostic: notAsked(input) };
    if (probe.kind === "made") {
      return proveInside(input, probe.port, options);
    }
    return input.from === undefined
      ? proveAtIngress(input, probe.diagnostic, options)
      : proofOf(input, "mesh", { diagnostics: [probe.diagnostic] });
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
