import type { DecisionRule } from "./first-verdict.ts";
import { firstVerdict } from "./first-verdict.ts";

/** What is known of the Rancher token in a remote secret before an apply. Times in milliseconds since the epoch. */
export interface RemoteTokenFacts {
  readonly now: number;
  /** How long before its end a token is renewed. */
  readonly rotateBeforeMs: number;
  /** The cluster that it is to work for, by its ID in Rancher. */
  readonly clusterId: string;
  /** Undefined when there is no remote secret, or one that names another server. */
  readonly present:
    | undefined
    | {
        /** Undefined when Rancher knows no such token. */
        readonly known:
          | undefined
          | {
              readonly expired: boolean;
              /** Undefined for a token that does not end. */
              readonly expiresAt: number | undefined;
              /** Undefined where Rancher does not say it. */
              readonly createdAt: number | undefined;
              readonly clusterId: string | undefined;
            };
      };
}

export interface RemoteTokenVerdict {
  readonly action: "keep" | "issue";
  readonly reason: string;
}

const chain: readonly DecisionRule<RemoteTokenFacts, RemoteTokenVerdict>[] = [
  issueWhenMissing, // make sure that istiod has something to sign in with
  issueWhenUnknown, // make sure that a token which was revoked does not stay
  issueWhenScopedElsewhere, // make sure that a token opens this cluster and no other
  issueWhenExpired, // make sure that istiod can sign in
  issueWhenEnding, // make sure that it still can tomorrow
  () => ({ action: "keep", reason: "the token works and is not about to end" }),
];

/** Whether the token of a remote secret stays or a new one is asked for. The first rule that applies decides. */
export function decideRemoteToken(facts: RemoteTokenFacts): RemoteTokenVerdict {
  return firstVerdict(chain, facts);
}

function issueWhenMissing({ present }: RemoteTokenFacts): RemoteTokenVerdict | undefined {
  return present === undefined ? { action: "issue", reason: "there is no remote secret for this address" } : undefined;
}

function issueWhenUnknown({ present }: RemoteTokenFacts): RemoteTokenVerdict | undefined {
  return present !== undefined && present.known === undefined
    ? { action: "issue", reason: "Rancher does not know the token" }
    : undefined;
}

function issueWhenScopedElsewhere({ present, clusterId }: RemoteTokenFacts): RemoteTokenVerdict | undefined {
  const scope = present?.known?.clusterId;
  return scope === clusterId
    ? undefined
    : { action: "issue", reason: scope === undefined ? "the token opens every cluster" : `the token is for ${scope}` };
}

function issueWhenExpired({ present, now }: RemoteTokenFacts): RemoteTokenVerdict | undefined {
  const known = present?.known;
  return known !== undefined && (known.expired || (known.expiresAt ?? Infinity) <= now)
    ? { action: "issue", reason: "the token has ended" }
    : undefined;
}

/** Not before half of its life is over: where Rancher's maximum is below `rotateBefore`, every apply would make new tokens. */
function issueWhenEnding({ present, now, rotateBeforeMs }: RemoteTokenFacts): RemoteTokenVerdict | undefined {
  const { expiresAt = Infinity, createdAt } = present?.known ?? {};
  const left = expiresAt - now;
  const halfItsLife = createdAt === undefined ? Infinity : (expiresAt - createdAt) / 2;
  return left <= Math.min(rotateBeforeMs, halfItsLife)
    ? { action: "issue", reason: `the token ends in ${daysOf(left)} days` }
    : undefined;
}

function daysOf(ms: number): number {
  return Math.floor(ms / 86_400_000);
}
