import { setTimeout as pause } from "node:timers/promises";
import { coded, errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Drain } from "../../core/model/drain.ts";
import { KubeError } from "../../kube/errors.ts";
import { createLimiter } from "../../kube/limiter.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { InboundRequests } from "../facts/inbound-requests.ts";
import { readInboundRequests } from "../facts/inbound-requests.ts";
import { hasSidecar } from "../facts/sidecars.ts";
import type { RunOptions } from "../options.ts";

/** What was seen of the pods that a drain has left. */
export interface IdleReport {
  /** Pods that answer no request and got none any more, counted. */
  readonly idle: number;
  readonly diagnostics: readonly Diagnostic[];
}

const pollMs = 300;
/** How long pods are watched for further requests once nothing is in flight. */
const watchMs = 1000;
/** How many pods are asked at the same time: each is a tunnel. */
const askedAtATime = 8;

interface IdleOptions extends Pick<RunOptions, "signal" | "timeoutMs"> {
  /** How long requests that were begun before may take, in milliseconds; what is open then is accepted, and named. Absent: `timeoutMs`, and what is open then is an error. */
  readonly graceMs?: number | undefined;
  readonly onPending: (note: string) => void;
}

/**
 * Waits until the pods of drained services answer nothing any more, by their
 * own sidecars, and watches them for requests that still come. Gives what is
 * not so: requests in flight after the grace or `timeoutMs` (ISM606), further
 * ones (ISM607), pods that nobody could ask (ISM608). Rejects for no pod's sake.
 */
export async function waitUntilIdle(
  one: Connected,
  drains: readonly Drain[],
  options: IdleOptions,
): Promise<IdleReport> {
  const { signal } = options;
  const { pods, bare } = await listPods(one, drains, signal);
  const seen = new Map<string, InboundRequests>();
  const problems = new Map<string, string>();
  const began = Date.now();
  const deadline = began + (options.graceMs ?? options.timeoutMs);
  let open: readonly Pod[] = pods;
  for (;;) {
    await look(one, open, { seen, problems, signal });
    open = open.filter((pod) => (seen.get(keyOf(pod))?.active ?? 0) > 0);
    if (open.length === 0 || Date.now() >= deadline) {
      break;
    }
    options.onPending(`waiting for requests in flight: ${open.map((pod) => describe(pod, seen)).join(", ")}`);
    await pause(Math.min(pollMs, deadline - Date.now()), undefined, { signal });
  }
  const waitedMs = Date.now() - began;
  const known = pods.filter((pod) => seen.has(keyOf(pod)) && !problems.has(keyOf(pod)));
  const before = new Map(seen);
  await pause(known.length === 0 ? 0 : watchMs, undefined, { signal });
  await look(one, known, { seen, problems, signal });
  const asked = known.filter((pod) => (seen.get(keyOf(pod))?.total ?? 0) > (before.get(keyOf(pod))?.total ?? 0));
  const unseen = [
    ...bare.map((pod) => `${keyOf(pod)} has no sidecar`),
    ...[...problems].map(([pod, why]) => `${pod}: ${why}`),
  ];
  return {
    idle: known.filter((pod) => !asked.includes(pod) && !open.includes(pod)).length,
    diagnostics: [
      ...(open.length === 0 ? [] : [inFlight(one, open, { seen, waitedMs, graceMs: options.graceMs })]),
      ...(asked.length === 0 ? [] : [stillAsked(one, asked)]),
      ...(unseen.length === 0 ? [] : [notSeen(one, unseen)]),
    ],
  };
}

interface Pod {
  readonly namespace: string;
  readonly name: string;
}

function keyOf({ namespace, name }: Pod): string {
  return `${namespace}/${name}`;
}

async function listPods(
  { client }: Connected,
  drains: readonly Drain[],
  signal: AbortSignal,
): Promise<{ readonly pods: readonly Pod[]; readonly bare: readonly Pod[] }> {
  const found = await Promise.all(
    drains.map(async ({ namespace, selector }) =>
      client.list(
        {
          apiVersion: "v1",
          kind: "Pod",
          namespace,
          labelSelector: Object.entries(selector)
            .map(([key, value]) => `${key}=${value}`)
            .join(","),
          fieldSelector: "status.phase=Running",
        },
        { signal },
      ),
    ),
  );
  const all = new Map(
    found.flat().map((pod) => {
      const place = { namespace: pod.metadata.namespace ?? "", name: pod.metadata.name };
      return [keyOf(place), { place, sidecar: hasSidecar(pod) }] as const;
    }),
  );
  return {
    pods: [...all.values()].flatMap(({ place, sidecar }) => (sidecar ? [place] : [])),
    bare: [...all.values()].flatMap(({ place, sidecar }) => (sidecar ? [] : [place])),
  };
}

interface Looks {
  readonly seen: Map<string, InboundRequests>;
  readonly problems: Map<string, string>;
  readonly signal: AbortSignal;
}

/** A pod that ends meanwhile answers nothing any more, and is none that nobody could ask. */
async function look({ client }: Connected, pods: readonly Pod[], { seen, problems, signal }: Looks): Promise<void> {
  const limiter = createLimiter(askedAtATime);
  await Promise.all(
    pods.map(async (pod) => {
      try {
        seen.set(keyOf(pod), await limiter.run(signal, async () => readInboundRequests(client, pod, signal)));
      } catch (error) {
        signal.throwIfAborted();
        seen.delete(keyOf(pod));
        if (!(error instanceof KubeError && error.kind === "not-found")) {
          problems.set(keyOf(pod), (error as Error).message);
        }
      }
    }),
  );
}

function describe(pod: Pod, seen: ReadonlyMap<string, InboundRequests>): string {
  return `${keyOf(pod)} has ${seen.get(keyOf(pod))?.active ?? 0}`;
}

function inFlight(
  one: Connected,
  open: readonly Pod[],
  {
    seen,
    waitedMs,
    graceMs,
  }: {
    readonly seen: ReadonlyMap<string, InboundRequests>;
    readonly waitedMs: number;
    readonly graceMs: number | undefined;
  },
): Diagnostic {
  const after = `after ${(waitedMs / 1000).toFixed(waitedMs < 10_000 ? 1 : 0)} s`;
  return {
    ...coded("ISM606", graceMs === undefined ? "error" : "warning"),
    detail: `Pods of ${one.cluster.name} still answer requests that were begun before, ${after}: ${open.map((pod) => describe(pod, seen)).join(", ")}. New ones go elsewhere.`,
    fix:
      graceMs === undefined
        ? "Run the same command again to go on waiting, with a longer --timeout; or say with --grace how long such requests may take. Stopping these pods cuts what they have."
        : "The grace is over, and the cluster is drained. Stopping these pods cuts what they have; the same command with a longer --grace goes on waiting.",
    cluster: one.cluster.name,
  };
}

function stillAsked(one: Connected, asked: readonly Pod[]): Diagnostic {
  return {
    ...errorOf("ISM607"),
    detail: `New requests came within ${watchMs / 1000} s to ${asked.map(keyOf).join(", ")} of ${one.cluster.name}. Stopping these pods would fail such requests.`,
    fix: `Look for callers in ${one.cluster.name} without a sidecar, and for VirtualServices and DestinationRules of others: isthmus check. Then run the same command again.`,
    cluster: one.cluster.name,
  };
}

function notSeen(one: Connected, unseen: readonly string[]): Diagnostic {
  return {
    ...warningOf("ISM608"),
    detail: `Whether pods of ${one.cluster.name} still get requests was not seen: ${unseen.join("; ")}.`,
    fix: "Look into the application's own log before these pods are stopped.",
    cluster: one.cluster.name,
  };
}
