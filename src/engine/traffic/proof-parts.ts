import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ProofWay, RouteProof } from "../../core/decide/proof.ts";
import { stateOf } from "../../core/decide/proof.ts";
import type { ProofPlace } from "../../core/decide/proof-place.ts";
import type { AskedRoute, RequestChoice } from "../../core/decide/route-request.ts";
import { chooseRequest } from "../../core/decide/route-request.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { WireServicePort } from "../facts/read-service-port.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import type { JudgedSplit } from "./judge-split.ts";
import type { ProofInput, VerifyOptions } from "./verification.ts";

/**
 * Runs the proofs of one route in one cluster, one for each way, as one task,
 * which ends well only when nothing was found to be wrong. A failure of a proof
 * itself is a proof that failed.
 */
export async function runProofs(
  input: ProofInput,
  ways: readonly ProofWay[],
  options: VerifyOptions,
  prove: (via: ProofWay) => Promise<RouteProof>,
): Promise<readonly RouteProof[]> {
  const { one, service, route } = input;
  const cluster = one.cluster.name;
  const task = options.taskOf?.(cluster) ?? {
    task: `verifying ${route?.name ?? `${service.namespace}/${service.name}`}`,
  };
  const proofs: RouteProof[] = [];
  try {
    await runTask({ ...task, cluster }, options, async (note) => {
      for (const via of ways) {
        try {
          proofs.push(await prove(via));
        } catch (error) {
          options.signal.throwIfAborted();
          proofs.push(proofOf(input, via, { diagnostics: await diagnoseFailure(error, cluster, "verify") }));
        }
      }
      const failed = proofs.filter(({ state }) => state === "failed").flatMap(({ diagnostics }) => diagnostics);
      if (failed.length > 0) {
        throw new UserError(
          failed.filter(({ severity }) => severity === "error"),
          exitCodes.findings,
        );
      }
      const unproven = proofs.find(({ state }) => state === "notProven");
      if (unproven !== undefined) {
        note(`not proven: ${unproven.diagnostics[0]?.summary ?? ""}`);
      }
    });
  } catch {
    // What was found is in the proofs; the task has told that it failed.
    options.signal.throwIfAborted();
  }
  return proofs;
}

/** A proof by what was found; what is left out was not asked. */
export function proofOf(
  { one, service, route, from }: ProofInput,
  via: ProofWay,
  rest: Partial<RouteProof> & Pick<RouteProof, "diagnostics">,
): RouteProof {
  const state = stateOf(rest.diagnostics);
  return {
    cluster: one.cluster.name,
    via,
    ...(from === undefined ? {} : { from }),
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

/** The part of a proof that a measured split is. */
export function whatWasMeasured({ measured, weights, before }: JudgedSplit): Partial<RouteProof> {
  return {
    url: measured.url,
    requests: measured.requests,
    attempts: measured.attempts,
    statuses: measured.tally.statuses,
    failures: measured.tally.failures,
    weights,
    ...(before === undefined ? {} : { before }),
    unattributed: measured.unattributed,
  };
}

export function placeOf(input: ProofInput, via: ProofWay): ProofPlace {
  const { meshFile, one, connected, service, route, actual, from } = input;
  return {
    mesh: meshFile.mesh,
    cluster: one.cluster,
    via,
    ...(from === undefined ? {} : { from }),
    contexts: Object.fromEntries(connected.map(({ cluster, context }) => [cluster.name, context.context])),
    file: meshFile.name,
    service,
    ...(route === undefined ? {} : { route }),
    actual,
  };
}

/** The request for a route, with the values of headers that the environment has. */
export function requestFor(mesh: Mesh, asked: AskedRoute, options: Pick<VerifyOptions, "ask" | "env">): RequestChoice {
  const { headers: wanted = {}, ...settings } = asked.route.verify ?? {};
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
  return chooseRequest(mesh, asked, {
    ...settings,
    ...options.ask,
    headers: { ...headers, ...options.ask?.headers },
  });
}

/** The port of the service's Service in this cluster; undefined where it has none. */
export async function portOf(
  { one, service: { namespace, name, port } }: ProofInput,
  signal: AbortSignal,
): Promise<WireServicePort | undefined> {
  const object = await one.client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal });
  const { ports = [] } = (object?.["spec"] ?? {}) as { readonly ports?: readonly WireServicePort[] };
  return ports.find((each) => each.port === port);
}

/** That nothing was asked of a route, and why. */
export function notMeasured(
  { one, route }: ProofInput,
  via: ProofWay,
  { reason, fix }: Pick<Extract<RequestChoice, { readonly kind: "none" }>, "reason" | "fix">,
): Diagnostic {
  const cluster = one.cluster.name;
  const where = via === "ingress" ? `At the ingress of ${cluster}` : `In the sidecar of a caller in ${cluster}`;
  return {
    ...warningOf("ISM405"),
    detail: `No request was asked of route ${route?.name ?? ""}: ${reason}. ${where} only the endpoints were looked at.`,
    fix,
    cluster,
  };
}
