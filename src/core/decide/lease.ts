import type { DecisionRule } from "./first-verdict.ts";
import { firstVerdict } from "./first-verdict.ts";

/** How long a Lease holds after its last renewal. */
export const leaseDurationMs = 30_000;
/** How often whoever works renews it. */
export const leaseRenewalMs = 10_000;
/** How long an expired Lease is watched before it is taken: longer than a renewal, so that no clock has to be right. */
export const leaseWatchMs = 12_000;

/** What is known of a mesh's Lease in one cluster. Times in milliseconds since the epoch. */
export interface LeaseFacts {
  readonly now: number;
  /** What tells our hold from every other one. */
  readonly claim: string;
  /** Undefined where there is no Lease. */
  readonly present:
    | undefined
    | {
        /** `user@host/pid`; empty once it was released. */
        readonly holder: string;
        readonly claim: string | undefined;
        /** By the holder's clock; NaN where the Lease does not say. */
        readonly renewedAt: number;
        readonly durationMs: number;
        /** True only when the holder's process was on this machine and has ended. */
        readonly holderGone: boolean;
        /** How long it has been watched by us; 0 at the first look. */
        readonly watchedMs: number;
        /** True when it was renewed in that time. */
        readonly renewedMeanwhile: boolean;
      };
  /** How long an expired Lease is watched. */
  readonly watchMs: number;
}

/** `watch` = look again after `watchMs`. */
export interface LeaseVerdict {
  readonly action: "take" | "keep" | "watch" | "refuse";
  readonly reason: string;
}

const chain: readonly DecisionRule<LeaseFacts, LeaseVerdict>[] = [
  takeWhenFree, // make sure that the first one gets it
  keepWhenOurs, // make sure that a repeated request does not lock us out
  takeWhenHolderGone, // make sure that a killed command can be run again at once
  refuseWhileRenewed, // make sure that two never work at the same time
  refuseWhenRenewedMeanwhile, // make sure that a holder whose clock is behind counts as alive
  watchAtFirst, // make sure that our clock alone ends nobody's hold
  () => ({ action: "take", reason: "it has expired" }),
];

/** Whether a mesh's Lease can be taken. The first rule that applies decides. */
export function decideLease(facts: LeaseFacts): LeaseVerdict {
  return firstVerdict(chain, facts);
}

function takeWhenFree({ present }: LeaseFacts): LeaseVerdict | undefined {
  return present === undefined || present.holder === "" ? { action: "take", reason: "nobody holds it" } : undefined;
}

function keepWhenOurs({ present, claim }: LeaseFacts): LeaseVerdict | undefined {
  return present?.claim === claim ? { action: "keep", reason: "it is ours" } : undefined;
}

function takeWhenHolderGone({ present }: LeaseFacts): LeaseVerdict | undefined {
  return present?.holderGone === true ? { action: "take", reason: "its holder's process has ended" } : undefined;
}

function refuseWhileRenewed({ present, now }: LeaseFacts): LeaseVerdict | undefined {
  return present !== undefined && now < present.renewedAt + present.durationMs
    ? { action: "refuse", reason: "it is held" }
    : undefined;
}

function refuseWhenRenewedMeanwhile({ present }: LeaseFacts): LeaseVerdict | undefined {
  return present?.renewedMeanwhile === true
    ? { action: "refuse", reason: "it is renewed, by a clock that is behind" }
    : undefined;
}

function watchAtFirst({ present, watchMs }: LeaseFacts): LeaseVerdict | undefined {
  return present !== undefined && present.watchedMs < watchMs
    ? { action: "watch", reason: "it has expired by our clock" }
    : undefined;
}
