import { setTimeout as pause } from "node:timers/promises";
import type { EndpointFinding } from "../core/checks/endpoint-table.ts";
import { ejectedReason } from "../core/checks/endpoint-table.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import type { Mesh } from "../core/model/mesh.ts";
import type { Connected } from "./connect.ts";
import { compareIngressEndpoints, listIngressPods, readActualEndpoints } from "./facts/ingress-endpoints.ts";
import type { WaitUntilSyncedOptions } from "./wait-until-synced.ts";

const pollMs = 200;

/**
 * Returns when the ingress gateways of a cluster have exactly the endpoints
 * that all clusters together offer: synced is not proof, endpoints are
 * (facts/pains 2). Versions without a ready pod anywhere are not waited for.
 * While `mayBeForeign` it is enough that none is missing. A UserError
 * (ISM307) after `timeoutMs` names what is missing or foreign.
 */
export async function waitUntilServed(
  mesh: Mesh,
  one: Connected,
  all: readonly Connected[],
  options: WaitUntilSyncedOptions & { readonly mayBeForeign: () => boolean },
): Promise<void> {
  const routed = mesh.services.filter((service) => service.routes.length > 0);
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const pods = await listIngressPods(one, options.signal);
    const findings = await Promise.all(
      routed.map(async (service) => {
        const actual = await readActualEndpoints(all, service, options.signal);
        return compareIngressEndpoints({ mesh, one, service, actual }, pods, options.signal);
      }),
    );
    const wrong = findings
      .flat()
      .filter((finding) => unknownTo(finding).length > 0 || (finding.foreign.length > 0 && !options.mayBeForeign()));
    if (wrong.length === 0) {
      return;
    }
    options.onPending(`waiting for endpoints: ${wrong.map(describe).join("; ")}`);
    if (Date.now() > deadline) {
      throw new UserError([notServed(one, wrong, options.timeoutMs)], exitCodes.failed);
    }
    await pause(pollMs, undefined, { signal: options.signal });
  }
}

/** An endpoint that outlier detection has ejected was handed out; that it comes back is the application's matter. */
function unknownTo(finding: EndpointFinding): readonly string[] {
  const ejected = finding.idle.filter(({ reason }) => reason === ejectedReason).map(({ address }) => address);
  return finding.missing.filter((address) => !ejected.includes(address));
}

function describe(finding: EndpointFinding): string {
  const unknown = unknownTo(finding);
  const missing = unknown.length === 0 ? [] : [`${finding.version} lacks ${unknown.join(", ")}`];
  const foreign = finding.foreign.length === 0 ? [] : [`${finding.version} still has ${finding.foreign.join(", ")}`];
  return [...missing, ...foreign].join(", ");
}

function notServed(one: Connected, wrong: readonly EndpointFinding[], timeoutMs: number) {
  return {
    code: "ISM307",
    severity: "error",
    summary: "An ingress gateway does not get the endpoints",
    detail: `After ${timeoutMs / 1000} s, the ingress of ${one.cluster.name}: ${wrong.map(describe).join("; ")}. Requests to these versions would fail there.`,
    fix: wrong.every((finding) => unknownTo(finding).length === 0)
      ? `istiod hands out endpoints of something that is gone. Restart it, then apply again: kubectl --context ${one.context.context} -n istio-system rollout restart deploy/istiod`
      : "Run isthmus status to see whether all clusters are joined and isthmus verify for the whole table, then apply again.",
    cluster: one.cluster.name,
  } as const;
}
