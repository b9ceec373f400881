import { randomUUID } from "node:crypto";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { LeaseState } from "../../../core/plan/lease-object.ts";
import { leaseName } from "../../../core/plan/lease-object.ts";
import { compareText } from "../../../core/render/order.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { diagnoseFailure } from "../../progress/diagnose-failure.ts";
import type { LeaseOptions, RunOptions } from "../../options.ts";
import type { HeldLease } from "./keep-lease.ts";
import { keepLease } from "./keep-lease.ts";
import { markProcess } from "../../../files/process-mark.ts";
import type { LeaseClaim, LeaseTiming, SeenLease } from "./take-lease.ts";
import { leaseTiming, takeLease } from "./take-lease.ts";

/** A cluster that is about to be changed. */
export interface LeaseTarget {
  readonly cluster: string;
  readonly client: KubeClient;
  /** The Lease as it was read a moment ago, where it was: one that was free is not read again. Never rejects. */
  readonly seen?: Promise<SeenLease | undefined>;
}

/** The Leases of one command, one per cluster that answered. */
export interface HeldLeases {
  readonly held: ReadonlyMap<string, HeldLease>;
  /** Why there is none, by cluster: it does not answer, or does not allow it. */
  readonly failed: ReadonlyMap<string, readonly Diagnostic[]>;
  /** Gives all of them back; deletes those of the clusters in `remove`. Works also after an interruption. */
  readonly release: (remove?: ReadonlySet<string>) => Promise<void>;
}

type HoldOptions = LeaseOptions & Pick<RunOptions, "now" | "onEvent" | "signal"> & { readonly timing?: LeaseTiming };

/**
 * Takes a mesh's Lease in every cluster before anything is changed. Of two
 * commands that start together one gets all of them: both begin with the same
 * cluster, and only who has that one asks the others. A UserError (75, ISM308)
 * when somebody else holds one, after those that were taken are given back.
 */
export async function holdLeases(
  mesh: string,
  command: string,
  targets: readonly LeaseTarget[],
  options: HoldOptions,
): Promise<HeldLeases> {
  const { now, timing = leaseTiming } = options;
  const claim = randomUUID();
  const process = markProcess(options.holder.pid);
  const held = new Map<string, HeldLease>();
  const failed = new Map<string, readonly Diagnostic[]>();
  const refused: Diagnostic[] = [];
  const release = async (remove: ReadonlySet<string> = new Set()): Promise<void> => {
    await Promise.all([...held].map(async ([cluster, lease]) => lease.release({ remove: remove.has(cluster) })));
  };

  const take = async ({ cluster, client, seen }: LeaseTarget): Promise<void> => {
    const wanted: LeaseClaim = { mesh, cluster, claim, command, process };
    try {
      const taken = await takeLease(client, wanted, options, { ...timing, seen: await seen });
      if (taken.kind === "held") {
        refused.push(heldDiagnostic(wanted, taken.by));
      } else {
        held.set(cluster, keepLease(client, taken.object, wanted, { now, ...timing }));
      }
    } catch (error) {
      options.signal.throwIfAborted();
      failed.set(cluster, await diagnoseFailure(error, cluster, "taking the Lease"));
    }
  };

  try {
    const [...waiting] = [...targets].sort((a, b) => compareText(a.cluster, b.cluster));
    while (held.size === 0 && refused.length === 0) {
      const next = waiting.shift();
      if (next === undefined) {
        break;
      }
      await take(next);
    }
    await settleAll(refused.length === 0 ? waiting.map(take) : []);
    options.signal.throwIfAborted();
  } catch (error) {
    await release();
    throw error;
  }
  if (refused.length > 0) {
    await release();
    throw new UserError(refused, exitCodes.tryAgain);
  }
  return { held, failed, release };
}

/** Rejects with the first failure, but not before all have ended: what is taken late has to be given back too. */
async function settleAll(all: readonly Promise<void>[]): Promise<void> {
  const failure = (await Promise.allSettled(all)).find((one) => one.status === "rejected");
  if (failure !== undefined) {
    throw failure.reason;
  }
}

function heldDiagnostic({ mesh, cluster }: LeaseClaim, by: LeaseState): Diagnostic {
  const since = Number.isNaN(by.acquiredAt) ? "" : ` since ${new Date(by.acquiredAt).toISOString()}`;
  const command = by.command === undefined ? "" : ` (isthmus ${by.command})`;
  return {
    ...errorOf("ISM308"),
    detail: `${by.holder}${command} holds mesh ${mesh} on cluster ${cluster}${since}. Nothing was changed anywhere.`,
    fix: `Run the command again when that one is done. If it was killed, its hold ends ${by.durationMs / 1000} s after its last renewal. Who holds it is in Lease kube-system/${leaseName(mesh, cluster)}.`,
    cluster,
  };
}
