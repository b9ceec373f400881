import { setTimeout as pause } from "node:timers/promises";
import { askHeld } from "../../core/checks/http-route-table.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { secretsProvenByNames } from "../../core/front-door/name-objects.ts";
import { keyOf } from "../../core/model/kube-object.ts";
import { gatewayProxyTest } from "./waits/gateway-proxies.ts";
import { waveRules } from "../../core/render/waves.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import { createCulpritFinder } from "./waits/find-culprits.ts";
import type { ApplyRun } from "./apply-run.ts";
import { waitUntilAcknowledged } from "./waits/until-acknowledged.ts";
import { secureRoutes, waitUntilCertified } from "./waits/until-certified.ts";
import { waitUntilTaken } from "./waits/until-taken.ts";
import type { ClusterRun } from "./cluster-run.ts";

/** istiod gathers changes for 0.1 s before it sends them (PILOT_DEBOUNCE_AFTER); twice as long to have it begin. */
const debounceMs = 300;

/**
 * Ends when the proxies of a cluster have taken what was applied: every ready
 * pod of the ingress gateway holds the routes, and every proxy has
 * acknowledged what it was sent last. Rejects as those waits do; what could not be
 * seen becomes a warning of the cluster, and a certificate that gateways wait
 * for an error that does not stop the rest.
 */
export async function proveTaken(
  work: ClusterRun,
  { prepared, options }: Pick<ApplyRun, "prepared" | "options">,
  onPending: (note: string) => void,
): Promise<void> {
  const { mesh } = prepared.meshFile;
  const { istio } = mesh;
  const one = { name: work.one.cluster.name, context: work.one.context.context, client: work.one.client };
  const waiting = {
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    onPending,
    findCulprits: createCulpritFinder(istio, options),
  };
  const left = new Set(work.leftOut.map(({ id }) => keyOf(id)));
  const routes = work.plan.objects
    .filter(({ wave, id }) => waveRules[wave].phase === "routes" && !left.has(keyOf(id)))
    .map(({ object }) => object);
  work.warnings.push(...(await waitUntilTaken(one, askHeld(routes), waiting)));
  const found = await waitUntilCertified(one, secureRoutes(meshAt(mesh, work.one.cluster).services), waiting);
  const later = secretsProvenByNames(mesh);
  work.warnings.push(...found.map((lack) => (later.has(lack.object?.name ?? "") ? comesLater(lack) : lack)));
  const changed = work.proxiesChangedAt !== undefined;
  if (work.proxiesChangedAt !== undefined) {
    await pause(Math.max(0, work.proxiesChangedAt + debounceMs - options.now()), undefined, { signal: options.signal });
  }
  const isOurs = await gatewayProxyTest(work.one, options.signal);
  work.warnings.push(...(await waitUntilAcknowledged(one, { ...waiting, changed, isOurs })));
}

/** A certificate that is proven by its name comes when that is written, after all clusters have ended. */
function comesLater(lack: Diagnostic): Diagnostic {
  return {
    ...lack,
    ...warningOf("ISM529"),
    detail: `${lack.detail} cert-manager gets it when the name leads here, which is written after this.`,
    fix: "See a minute later whether it came: isthmus check",
  };
}
