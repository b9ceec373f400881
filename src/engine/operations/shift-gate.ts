import { setGate } from "../../core/decide/error-gate.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import { shiftTasks } from "../../core/plan/shift-tasks.ts";
import { frontGatewayOf, routesConnections } from "../../core/routing/hosts.ts";
import { usesGatewayApi } from "../../core/routing/version-service.ts";
import type { HeldStep, RequestWatch } from "../traffic/watch-requests.ts";
import { openRequestWatch } from "../traffic/watch-requests.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { describeExcess, describeUnkept, describeUnseen } from "./gate-findings.ts";
import type { Shift, ShiftGate, ShiftRequest, ShiftedRoute } from "./shift-request.ts";

export type { GateOf, JudgedGate, WatchedRequests } from "../traffic/watch-requests.ts";

/**
 * Throws a UserError (64, ISM680) for a route that no ingress gateway holds: its
 * requests are counted by sidecars that nobody asks. And for answer times of a
 * route of the Gateway API: gateways keep those of subsets alone (`versionTimes`).
 */
export function refuseUncounted({ gate }: ShiftRequest, { route, service }: ShiftedRoute): void {
  if (gate !== undefined && frontGatewayOf(route) === undefined) {
    const flags = flagsOf(gate).join(" and ");
    throw new UserError(
      [
        {
          ...errorOf("ISM680"),
          detail: `Route ${route.name} of ${service.namespace}/${service.name} is for callers inside the mesh, and ${flags} would go by what ingress gateways count.`,
          fix: `Leave ${flags} out: each step is proven by a probe pod in every cluster.`,
        },
      ],
      exitCodes.usage,
    );
  }
  if (gate !== undefined && routesConnections(route)) {
    const flags = flagsOf(gate).join(" and ");
    throw new UserError(
      [
        {
          ...errorOf("ISM680"),
          detail: `Route ${route.name} of ${service.namespace}/${service.name} shares out connections (protocol: ${route.protocol ?? ""}), and ${flags} would go by how requests end: what goes over a connection gateways do not read.`,
          fix: `Leave ${flags} out: each step is proven by connections that are counted.`,
        },
      ],
      exitCodes.usage,
    );
  }
  if (gate?.maxP99Ms !== undefined && usesGatewayApi(service)) {
    throw new UserError(
      [
        {
          ...errorOf("ISM680"),
          detail: `Route ${route.name} of ${service.namespace}/${service.name} is of the Gateway API (api: gatewayAPI), and gateways write down how long answers take for versions of VirtualServices only.`,
          fix: "Leave --max-p99 out: --max-error-rate counts by versions of either api.",
        },
      ],
      exitCodes.usage,
    );
  }
}

function flagsOf({ maxErrorRate, maxP99Ms }: ShiftGate): readonly string[] {
  return [
    ...(maxErrorRate === undefined ? [] : ["--max-error-rate"]),
    ...(maxP99Ms === undefined ? [] : ["--max-p99"]),
  ];
}

/**
 * What counts for the gate of a shift; undefined without one. Counting begins
 * with `begin`. Throws a UserError (1, ISM791) where times are asked for that a
 * gateway does not write down.
 */
export async function openWatch(
  { gate }: ShiftRequest,
  { service }: ShiftedRoute,
  meshFile: MeshFile,
  options: EngineOptions,
): Promise<RequestWatch | undefined> {
  if (gate === undefined) {
    return undefined;
  }
  const watch = await openRequestWatch(meshFile, { service, limitMs: gate.maxP99Ms }, options);
  const lacking = unkeptTimes(watch, meshFile);
  if (lacking.length > 0) {
    await watch.close();
    throw new UserError(lacking, exitCodes.failed);
  }
  return watch;
}

function unkeptTimes({ kept }: RequestWatch, meshFile: MeshFile): readonly Diagnostic[] {
  return kept.flatMap(({ cluster, context, pods }) => {
    const lacking = pods.filter(({ lacks }) => lacks !== undefined);
    return lacking.length === 0 ? [] : [describeUnkept(meshFile, { cluster, context, lacking })];
  });
}

/**
 * Holds a step and judges it by what was counted since the one before it: `on`
 * where nothing speaks against it, `errors` or `times` where a version that got
 * more fails more often or answers later than it may, `stop` where others do too, `unseen` where nobody
 * counted and that is not allowed.
 */
export async function passGate(shift: Shift, step: ShiftStep): Promise<"on" | "errors" | "times" | "stop" | "unseen"> {
  const { request, caller, target, from, watch } = shift;
  if (watch === undefined || request.gate === undefined) {
    return "on";
  }
  const { allowUnproven } = request.gate;
  const to = target.route.weights;
  const raised = Object.keys(to).filter((version) => (to[version] ?? 0) > (from[version] ?? 0));
  const watched = await watch.judge({
    gates: gatesOf(request.gate, shift.steps.length),
    raised,
    forMs: request.everyMs,
    taskOf: (cluster) => shiftTasks.watched(cluster, step),
  });
  caller.watched(watched, step);
  const { judged, unread, left } = watched;
  const excess = judged.filter(({ verdict: { kind } }) => kind === "exceeds" || kind === "everywhere");
  if (excess.length > 0) {
    caller.report(excess.map((one) => describeExcess(target, watched, one)));
    return excess.find(({ verdict: { kind } }) => kind === "exceeds")?.of ?? "stop";
  }
  const unseen = judged.filter(
    ({ of, verdict: { kind } }) =>
      kind === "unseen" ||
      unread.some((one) => one.of === "all" || one.of === of) ||
      (of === "times" && left.some(({ tooMany }) => tooMany)),
  );
  if (unseen.length === 0) {
    return "on";
  }
  caller.report(unseen.map((one) => describeUnseen(target, watched, { ...one, allowed: allowUnproven })));
  return allowUnproven ? "on" : "unseen";
}

/** A version at its limits is stopped by chance in one of a hundred shifts, however many tests there are. */
function gatesOf({ maxErrorRate, maxP99Ms }: ShiftGate, steps: number): HeldStep["gates"] {
  const tests = (maxErrorRate === undefined || maxP99Ms === undefined ? 1 : 2) * steps;
  return [
    ...(maxErrorRate === undefined ? [] : [{ of: "errors", gate: setGate(maxErrorRate, tests) } as const]),
    ...(maxP99Ms === undefined ? [] : [{ of: "times", gate: setGate(0.01, tests) } as const]),
  ];
}
