import { errorOf } from "../../../core/diagnostics/coded.ts";
import { leaseDurationMs, leaseRenewalMs } from "../../../core/decide/lease.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import { microTime, readLease } from "../../../core/plan/lease-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";
import type { ObjectReference } from "../../../kube/object-reference.ts";
import type { LeaseClaim } from "./take-lease.ts";
import { leaseReference, versionOf } from "./take-lease.ts";

/** A Lease that we hold, renewed by itself until it is released. */
export interface HeldLease {
  /** Fires, with a UserError (ISM310), when somebody else has it. */
  readonly lost: AbortSignal;
  /**
   * To be awaited before each write. Returns at once while the last renewal is
   * recent; else (this process was stopped, or the cluster away) it renews
   * first. Rejects when the Lease is lost or cannot be renewed.
   */
  readonly ensure: () => Promise<void>;
  /** Ends the renewals and gives the Lease back, or with `remove` deletes it. Never rejects: what cannot be given back expires. */
  readonly release: (options: { readonly remove: boolean }) => Promise<void>;
}

const releaseMs = 5000;
/** A write that begins is done well before the Lease ends. */
const freshMs = leaseDurationMs / 2;

/** By which clock, and how long a renewal may take in milliseconds. */
interface RenewalTiming {
  readonly now: () => number;
  readonly requestMs: number;
}

/** Keeps a Lease that was just taken. */
export function keepLease(
  client: KubeClient,
  taken: KubeObject,
  claim: LeaseClaim,
  { now, requestMs }: RenewalTiming,
): HeldLease {
  const renewal = new Renewal(client, taken, claim, { now, requestMs });
  const timer = setInterval(() => {
    // What fails here is tried again with the next tick, and by whoever wants to write.
    renewal.renew().catch(() => {});
  }, leaseRenewalMs);
  timer.unref();
  const { lost } = renewal;
  return {
    lost,
    async ensure() {
      lost.throwIfAborted();
      if (now() - renewal.renewedAt >= freshMs) {
        await renewal.renew();
        lost.throwIfAborted();
      }
    },
    async release({ remove }) {
      clearInterval(timer);
      await renewal.settled();
      if (!lost.aborted) {
        await giveBack(client, leaseReference(claim), { version: renewal.version, remove });
      }
    },
  };
}

/** The last renewal of a Lease, and the next one: one at a time, by compare-and-swap. */
class Renewal {
  /** Milliseconds since the epoch, by our clock. */
  renewedAt: number;
  /** The resourceVersion that the next write has to find. */
  version: string;
  readonly #lost = new AbortController();
  readonly #client: KubeClient;
  readonly #claim: LeaseClaim;
  readonly #now: () => number;
  readonly #requestMs: number;
  #running: Promise<void> | undefined;

  constructor(client: KubeClient, taken: KubeObject, claim: LeaseClaim, { now, requestMs }: RenewalTiming) {
    this.#client = client;
    this.#claim = claim;
    this.#now = now;
    this.#requestMs = requestMs;
    this.version = versionOf(taken);
    this.renewedAt = now();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Renews, or waits for the renewal that runs. */
  async renew(): Promise<void> {
    this.#running ??= this.#renewOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Waits for the renewal that runs, however it ends. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  async #renewOnce(): Promise<void> {
    const signal = AbortSignal.timeout(this.#requestMs);
    const at = this.#now();
    try {
      const patch = { metadata: { resourceVersion: this.version }, spec: { renewTime: microTime(at) } };
      const options = { urgent: true, signal };
      this.version = versionOf(await this.#client.patchMerge(leaseReference(this.#claim), patch, options));
      this.renewedAt = at;
    } catch (error) {
      if (signal.aborted) {
        throw new UserError([slowDiagnostic(this.#claim, this.#requestMs)], exitCodes.failed);
      }
      if (!(error instanceof KubeError) || (error.kind !== "conflict" && error.kind !== "not-found")) {
        throw error;
      }
      this.#compare(await this.#client.get(leaseReference(this.#claim), { signal }));
    }
  }

  /** Whose the Lease is that somebody has written since. */
  #compare(live: KubeObject | undefined): void {
    if (live !== undefined && readLease(live).claim === this.#claim.claim) {
      // Our own renewal whose answer was lost, or somebody's label: it is still ours.
      this.version = versionOf(live);
      this.renewedAt = readLease(live).renewedAt;
    } else if (!this.lost.aborted) {
      this.#lost.abort(new UserError([lostDiagnostic(this.#claim, live)], exitCodes.tryAgain));
    }
  }
}

async function giveBack(
  client: KubeClient,
  reference: ObjectReference,
  { version, remove }: { readonly version: string; readonly remove: boolean },
): Promise<void> {
  const signal = AbortSignal.timeout(releaseMs);
  try {
    await (remove
      ? client.delete(reference, { resourceVersion: version, signal })
      : client.patchMerge(
          reference,
          { metadata: { resourceVersion: version }, spec: { holderIdentity: "" } },
          { signal },
        ));
  } catch {
    // A cluster that does not answer: the hold ends there by itself.
  }
}

function slowDiagnostic({ mesh, cluster }: LeaseClaim, requestMs: number) {
  return {
    ...errorOf("ISM316"),
    detail: `Cluster ${cluster} did not take the renewal of the Lease of mesh ${mesh} within ${requestMs / 1000} s, and without it nothing is written there: somebody else may take over.`,
    fix: "Run the same command again; what is done stays done. If many clusters say so at once, this machine is too slow for all of them together: take some at a time with --cluster.",
    cluster,
  } as const;
}

function lostDiagnostic(claim: LeaseClaim, live: KubeObject | undefined) {
  const by = live === undefined ? undefined : readLease(live);
  const detail =
    by === undefined
      ? `The Lease of mesh ${claim.mesh} on cluster ${claim.cluster} was deleted while this command worked.`
      : `This command did not renew its Lease for so long that ${by.holder || "somebody else"} took over the Lease of mesh ${claim.mesh} on cluster ${claim.cluster}.`;
  return {
    ...errorOf("ISM310"),
    detail: `${detail} Nothing more was changed on this cluster.`,
    fix: "See with isthmus status what there is now, then run the command again.",
    cluster: claim.cluster,
  } as const;
}
