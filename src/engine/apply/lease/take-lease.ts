import { setTimeout as pause } from "node:timers/promises";
import { decideLease, leaseDurationMs, leaseWatchMs } from "../../../core/decide/lease.ts";
import type { Json, KubeObject } from "../../../core/model/kube-object.ts";
import { inventoryNamespace } from "../../../core/plan/inventory.ts";
import type { LeaseState } from "../../../core/plan/lease-object.ts";
import { leaseName, readLease, renderLease } from "../../../core/plan/lease-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";
import { letEnd } from "../../../kube/let-end.ts";
import type { ObjectReference } from "../../../kube/object-reference.ts";
import { referenceOf } from "../../../kube/object-reference.ts";
import type { LeaseOptions, RunOptions } from "../../options.ts";
import { runTask } from "../../progress/run-task.ts";
import { hasEnded } from "../../../files/process-mark.ts";

/** A hold that is asked for: for which mesh, where, and by whom. */
export interface LeaseClaim {
  readonly mesh: string;
  readonly cluster: string;
  /** What tells this hold from every other one. */
  readonly claim: string;
  readonly command: string;
  readonly process: string | undefined;
}

/** A Lease as it was read a while ago; `live` is undefined where there was none. */
export interface SeenLease {
  readonly live: KubeObject | undefined;
}

export type Taken =
  | { readonly kind: "taken"; readonly object: KubeObject }
  | { readonly kind: "held"; readonly by: LeaseState };

/** Waiting times in milliseconds, which tests shorten. */
export interface LeaseTiming {
  /** How long a Lease that has expired is watched before it is taken. */
  readonly watchMs: number;
  /** How long a renewal may take. */
  readonly requestMs: number;
}

/** The waiting times of commands. */
export const leaseTiming: LeaseTiming = { watchMs: leaseWatchMs, requestMs: 15_000 };

/** The reference of a mesh's Lease in a cluster. */
export function leaseReference({ mesh, cluster }: Pick<LeaseClaim, "mesh" | "cluster">): ObjectReference {
  const name = leaseName(mesh, cluster);
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: inventoryNamespace, name };
}

/**
 * Takes a mesh's Lease in one cluster by compare-and-swap: of two who try at
 * once exactly one gets it. One that has expired by our clock is watched for
 * `watchMs` before it is taken. Rejects with a KubeError when the cluster
 * cannot be asked, and with the signal's reason; a write that has begun by then
 * may end, so the Lease can come back as taken after an interruption too. With
 * `seen` it is not read again where it was free then: it is written over exactly that.
 */
export async function takeLease(
  client: KubeClient,
  claim: LeaseClaim,
  options: LeaseOptions & Pick<RunOptions, "now" | "onEvent" | "signal">,
  { seen, ...timing }: Pick<LeaseTiming, "watchMs"> & { readonly seen?: SeenLease | undefined },
): Promise<Taken> {
  const { signal } = options;
  let watched: KubeObject | undefined;
  let known = isFree(seen) ? seen : undefined;
  for (;;) {
    const live = known === undefined ? await client.get(leaseReference(claim), { signal }) : known.live;
    known = undefined;
    const present = live === undefined ? undefined : readLease(live);
    const verdict = decideLease({
      now: options.now(),
      claim: claim.claim,
      present:
        present === undefined
          ? undefined
          : {
              ...present,
              holderGone: hasEnded(present.process),
              watchedMs: watched === undefined ? 0 : timing.watchMs,
              renewedMeanwhile: watched !== undefined && versionOf(watched) !== versionOf(live),
            },
      watchMs: timing.watchMs,
    });
    switch (verdict.action) {
      case "refuse":
        return { kind: "held", by: present as LeaseState };
      case "keep":
        return { kind: "taken", object: live as KubeObject };
      case "watch":
        watched = live;
        await watchLease(claim, present as LeaseState, options, timing);
        break;
      case "take": {
        const wanted = renderClaim(claim, options);
        const object = await letEnd(signal, async (late) => swap(client, live, wanted, late));
        if (object !== undefined) {
          return { kind: "taken", object };
        }
        // Somebody was faster: what is there now decides.
        watched = undefined;
      }
    }
  }
}

/** Whether nobody held it; one that somebody held may be free by now. */
function isFree(seen: SeenLease | undefined): boolean {
  return seen !== undefined && (seen.live === undefined || readLease(seen.live).holder === "");
}

async function watchLease(
  claim: LeaseClaim,
  present: LeaseState,
  options: Pick<RunOptions, "now" | "onEvent" | "signal">,
  { watchMs }: Pick<LeaseTiming, "watchMs">,
): Promise<void> {
  const task = `making sure that ${present.holder} is gone`;
  await runTask({ cluster: claim.cluster, task, expectedSeconds: watchMs / 1000 }, options, async () =>
    pause(watchMs, undefined, { signal: options.signal }),
  );
}

function renderClaim(
  { mesh, cluster, claim, command, process }: LeaseClaim,
  { holder, now }: LeaseOptions & Pick<RunOptions, "now">,
): KubeObject {
  const at = now();
  return renderLease(mesh, cluster, {
    holder: holder.identity,
    claim,
    command,
    process,
    acquiredAt: at,
    renewedAt: at,
    durationMs: leaseDurationMs,
  });
}

/** Writes the Lease over exactly what was read; undefined when that is no longer what is there. */
async function swap(
  client: KubeClient,
  live: KubeObject | undefined,
  wanted: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    if (live === undefined) {
      return await client.create(wanted, { signal });
    }
    const { labels, annotations } = wanted.metadata;
    const metadata = { labels: labels ?? {}, annotations: annotations ?? {}, resourceVersion: versionOf(live) };
    return await client.patchMerge(referenceOf(wanted), { metadata, spec: wanted["spec"] as Json }, { signal });
  } catch (error) {
    if (
      error instanceof KubeError &&
      (error.kind === "conflict" || (live !== undefined && error.kind === "not-found"))
    ) {
      return undefined;
    }
    throw error;
  }
}

/** The resourceVersion of an object that was read from an API server. */
export function versionOf(object: KubeObject | undefined): string {
  return String(object?.metadata["resourceVersion"] ?? "");
}
