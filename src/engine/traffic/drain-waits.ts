import { setTimeout as pause } from "node:timers/promises";
import type { AskedRoutes } from "../../core/checks/route-table.ts";
import { askRoutes } from "../../core/checks/route-table.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { DrainStep, DrainSteps } from "../../core/drain/drain-steps.ts";
import { affectedOf, objectsOfStep } from "../../core/drain/drain-steps.ts";
import { gatewayProxyTest } from "../apply/waits/gateway-proxies.ts";
import { renderHostRoutes } from "../../core/render/host-routes.ts";
import { renderRoute } from "../../core/render/gateway-route.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import { createCulpritFinder } from "../apply/waits/find-culprits.ts";
import { waitUntilAcknowledged } from "../apply/waits/until-acknowledged.ts";
import { waitUntilServed } from "../apply/waits/until-served.ts";
import { waitUntilTaken } from "../apply/waits/until-taken.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { readGatewayPods } from "../facts/gateway-pods.ts";
import type { ProgramLookup, RunOptions } from "../options.ts";

import { refuseOlderPolicies } from "./older-policies.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

export type DrainWaitOptions = Pick<RunOptions, "signal" | "timeoutMs"> &
  Pick<ProgramLookup, "env" | "istioctlCandidates"> & { readonly onPending: (note: string) => void };

/** istiod gathers changes for 0.1 s before it sends them (PILOT_DEBOUNCE_AFTER). */
const debounceMs = 300;

/**
 * Returns when the proxies of a cluster obey a step: its ingress gateways have
 * the routes, and of every affected service exactly the endpoints that are left
 * (or back), and every proxy has acknowledged what it was sent last. Gives what
 * could not be seen. Rejects as those waits do.
 */
export async function waitForStep(
  one: Connected,
  {
    steps,
    step,
    connected,
  }: { readonly steps: DrainSteps; readonly step: DrainStep; readonly connected: readonly Connected[] },
  options: DrainWaitOptions,
): Promise<readonly Diagnostic[]> {
  const { mesh } = step;
  const place = { name: one.cluster.name, context: one.context.context, client: one.client };
  const waiting = { ...options, findCulprits: createCulpritFinder(mesh.istio, options) };
  const routes = step.parts.includes("routes") ? writtenRoutes(one, steps, step) : [];
  const taken = await waitUntilTaken(place, routes, waiting);
  // Weights are on their way to versions that are not back yet, or away from some that are still there.
  if (!step.parts.includes("routes")) {
    if (steps.action === "drain" && step.name === "callers") {
      await refuseOlderPolicies(one, steps, step, options.signal);
    }
    const affected = { ...mesh, services: affectedOf(mesh, steps) };
    await waitUntilServed(affected, one, connected, { ...options, mayBeForeign: () => false }).catch(
      (error: unknown) => {
        throw steps.action === "drain" ? whyTheyStay(error, place, steps) : error;
      },
    );
  }
  await pause(debounceMs, undefined, { signal: options.signal });
  const isOurs = await gatewayProxyTest(one, options.signal);
  return [
    ...taken,
    ...(await unseenGateways(one, options)),
    ...(await waitUntilAcknowledged(place, { ...waiting, changed: true, isOurs })),
  ];
}

/** What keeps the endpoints of a drained cluster at callers is another object than what keeps those of one that is gone. */
function whyTheyStay(
  error: unknown,
  { name, context }: { readonly name: string; readonly context: string },
  { services }: DrainSteps,
): unknown {
  if (!(error instanceof UserError)) {
    return error;
  }
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))];
  const looks = namespaces.map((namespace) =>
    kubectlLine(context, "-n", namespace, "get", "peerauthentications,destinationrules"),
  );
  const diagnostics = error.diagnostics.map((one) =>
    one.code === "ISM307"
      ? {
          ...one,
          fix: `Of two PeerAuthentications that select the same pods Istio obeys the older one, and a DestinationRule with tls decides by itself. Look in ${name} for such objects of others, and run the same command again: ${looks.join("; ")}`,
        }
      : one,
  );
  return new UserError(diagnostics, error.exitCode, { cause: error });
}

/** The routes that gateways have to hold; of all routes of a host one VirtualService may tell (`renderHostRoutes`). */
function writtenRoutes(one: Connected, steps: DrainSteps, step: DrainStep): readonly AskedRoutes[] {
  const here = meshAt(step.mesh, one.cluster);
  const all = [
    ...renderHostRoutes(here),
    ...here.services.flatMap((service) => service.routes.map((route) => renderRoute(here, service, route))),
  ];
  return objectsOfStep(steps, step, one.cluster)
    .present.filter(({ object }) => object.kind === "VirtualService")
    .flatMap(({ object }) => askRoutes(all, object));
}

/** A gateway without pods has no endpoints that could be looked at. */
async function unseenGateways(
  { client, cluster }: Connected,
  { signal }: DrainWaitOptions,
): Promise<readonly Diagnostic[]> {
  const { ready } = await readGatewayPods(client, signal);
  return ready.length > 0
    ? []
    : [
        {
          ...warningOf("ISM323"),
          detail: `${cluster.name} has stored the change; no pod of its ingress gateway is ready. What its gateways do with requests was not seen.`,
          fix: "See what its gateways lack: isthmus check",
          cluster: cluster.name,
        },
      ];
}
