import type { ErrorGate } from "../../core/decide/error-gate.ts";
import { setGate, triesOf } from "../../core/decide/error-gate.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ShiftStep } from "../../core/plan/shift-tasks.ts";
import { shiftTasks } from "../../core/plan/shift-tasks.ts";
import { frontGatewayOf } from "../../core/routing/hosts.ts";
import type { ErrorWatch, WatchedErrors } from "../traffic/watch-errors.ts";
import { openErrorWatch } from "../traffic/watch-errors.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { Shift, ShiftRequest, ShiftedRoute } from "./shift-request.ts";

export type { WatchedErrors } from "../traffic/watch-errors.ts";

/** Throws a UserError (64, ISM680) for a route that no ingress gateway holds: its requests are counted by sidecars that nobody asks. */
export function refuseUncounted({ gate }: ShiftRequest, { route, service }: ShiftedRoute): void {
  if (gate !== undefined && frontGatewayOf(route) === undefined) {
    throw new UserError(
      [
        {
          ...errorOf("ISM680"),
          detail: `Route ${route.name} of ${service.namespace}/${service.name} is for callers inside the mesh, and --max-error-rate goes by what ingress gateways count.`,
          fix: "Leave --max-error-rate out: each step is proven by a probe pod in every cluster.",
        },
      ],
      exitCodes.usage,
    );
  }
}

/** What counts for the gate of a shift; undefined without one. Counting begins with `begin`. */
export async function openWatch(
  request: ShiftRequest,
  { service }: ShiftedRoute,
  meshFile: MeshFile,
  options: EngineOptions,
): Promise<ErrorWatch | undefined> {
  return request.gate === undefined ? undefined : openErrorWatch(meshFile, service, options);
}

/**
 * Holds a step and judges it by what was counted since the one before it: `on`
 * where nothing speaks against it, `back` where a version that got more fails
 * more than the limit, `stop` where others do too, or where nobody counted and
 * that is not allowed.
 */
export async function passGate(shift: Shift, step: ShiftStep): Promise<"on" | "back" | "stop"> {
  const { request, caller, target, from, steps, watch } = shift;
  if (watch === undefined || request.gate === undefined) {
    return "on";
  }
  const to = target.route.weights;
  const raised = Object.keys(to).filter((version) => (to[version] ?? 0) > (from[version] ?? 0));
  const errors = await watch.judge({
    gate: setGate(request.gate.maxErrorRate, steps.length),
    raised,
    forMs: request.everyMs,
    taskOf: (cluster) => shiftTasks.watched(cluster, step),
  });
  caller.watched(errors, step);
  const { verdict, unread } = errors;
  if (verdict.kind === "exceeds" || verdict.kind === "everywhere") {
    caller.report([describeExcess(target, errors, verdict)]);
    return verdict.kind === "exceeds" ? "back" : "stop";
  }
  if (verdict.kind === "passes" && unread.length === 0) {
    return "on";
  }
  caller.report([describeUnseen(target, errors, request.gate.allowUnproven)]);
  return request.gate.allowUnproven ? "on" : "stop";
}

function describeExcess(
  { service }: ShiftedRoute,
  { gate }: WatchedErrors,
  verdict: Extract<WatchedErrors["verdict"], { readonly versions: readonly string[] }>,
): Diagnostic {
  const others = Object.keys(gate.versions).filter((name) => !verdict.versions.includes(name));
  const beside = others.length === 0 ? "" : ` ${others.map((name) => countsOf(gate, name)).join(", ")}.`;
  const limit = `the ${percent(gate.limit)} of --max-error-rate`;
  const common =
    verdict.kind === "everywhere"
      ? ` Other versions fail more than that as well, so that it is not the shift:${beside}`
      : beside;
  return {
    ...errorOf(verdict.kind === "everywhere" ? "ISM682" : "ISM681"),
    detail: `In this step ingress gateways have counted of ${service.namespace}/${service.name}: ${verdict.versions.map((name) => countsOf(gate, name)).join(", ")}, more than ${limit}.${common}`,
    fix: "Look at the logs of its pods in each cluster, and at what the mesh answers in their place: isthmus verify, isthmus check.",
  };
}

function describeUnseen(
  { service }: ShiftedRoute,
  { gate, verdict, unread }: WatchedErrors,
  allowed: boolean,
): Diagnostic {
  const silent = unread.map(
    ({ cluster, diagnostic }) => `the ingress gateway of ${cluster} could not be asked (${diagnostic.summary})`,
  );
  const without = verdict.kind === "unseen" ? [`no request has reached ${verdict.versions.join(", ")}`] : [];
  return {
    ...(allowed ? warningOf("ISM683") : errorOf("ISM683")),
    detail: `Whether at most ${percent(gate.limit)} of the tries of ${service.namespace}/${service.name} fail is not known: ${[...without, ...silent].join("; ")}.`,
    fix: allowed
      ? "Look again once there are requests: isthmus verify sends some."
      : "Hold each step longer (--every), leave out --no-verify so that each step sends requests of its own, or go on without knowing: --allow-unproven.",
  };
}

function countsOf({ versions }: ErrorGate, name: string): string {
  const record = versions[name];
  const tries = triesOf(record);
  const failed = record?.failed ?? 0;
  return `${failed} of ${tries} tries of ${name} failed${tries === 0 ? "" : ` (${percent(failed / tries)})`}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
