import type { DecisionRule } from "./first-verdict.ts";
import { firstVerdict } from "./first-verdict.ts";

/** Whom one side of a mesh trusts, and by whom it is trusted. Certificates are told apart by subject and public key. */
export interface Trust {
  /** The roots that it trusts. */
  readonly trusts: readonly { readonly identity: string; readonly fingerprint: string }[];
  /** What all that it signs leads to: who trusts one of these trusts it. */
  readonly leadsTo: readonly string[];
}

/** What is known of a cluster's `cacerts` before an apply. Times in milliseconds since the epoch. */
export interface IntermediateFacts {
  readonly cluster: string;
  readonly now: number;
  /** The mesh's root; undefined when there is none yet or its files are elsewhere. */
  readonly meshRoot: Trust | undefined;
  readonly present:
    | undefined
    | (Trust & {
        readonly notBefore: number;
        readonly notAfter: number;
        readonly locality: string | undefined;
        /** Why the Secret does not hold together, in words. */
        readonly flaw: string | undefined;
      });
  /** When a new intermediate would end; undefined where none can be made here that everybody accepts. */
  readonly newEnds: number | undefined;
}

export interface IntermediateVerdict {
  readonly action: "keep" | "issue" | "refuse";
  readonly reason: string;
}

const chain: readonly DecisionRule<IntermediateFacts, IntermediateVerdict>[] = [
  issueWhenMissing, // make sure that istiod never makes a root for itself
  refuseWhenBroken, // make sure that we do not guess what a damaged Secret was meant to be
  refuseWhenForeignRoot, // make sure that live workloads do not lose the root that they trust
  issueWhenExpired, // make sure that istiod can sign
  issueBeforeEnd, // make sure that it still can when the next apply comes
  () => ({ action: "keep", reason: "the intermediate is valid and signed by the mesh's root" }),
];

/** Whether a cluster keeps its intermediate, gets a new one, or needs a person. The first rule that applies decides. */
export function decideIntermediate(facts: IntermediateFacts): IntermediateVerdict {
  return firstVerdict(chain, facts);
}

function issueWhenMissing({ present }: IntermediateFacts): IntermediateVerdict | undefined {
  return present === undefined ? { action: "issue", reason: "the cluster has no cacerts" } : undefined;
}

function refuseWhenBroken({ present }: IntermediateFacts): IntermediateVerdict | undefined {
  return present?.flaw === undefined ? undefined : { action: "refuse", reason: present.flaw };
}

function refuseWhenForeignRoot({ present, meshRoot }: IntermediateFacts): IntermediateVerdict | undefined {
  if (present === undefined || meshRoot === undefined || isTrusted(meshRoot, present)) {
    return undefined;
  }
  return {
    action: "refuse",
    reason: `the cluster's ${describeRoots(present)}, the mesh's ${describeRoots(meshRoot)}`,
  };
}

/** True when `by` accepts what `one` signs: while a root is being replaced, both trust several, and one in common is enough. */
export function isTrusted(one: Pick<Trust, "leadsTo">, by: Pick<Trust, "trusts">): boolean {
  return by.trusts.some(({ identity }) => one.leadsTo.includes(identity));
}

function describeRoots({ trusts }: Trust): string {
  const all = trusts.map(({ fingerprint }) => fingerprint);
  return all.length === 1 ? `root is ${all.join("")}` : `roots are ${all.join(" and ")}`;
}

function issueWhenExpired({ present, now }: IntermediateFacts): IntermediateVerdict | undefined {
  return present !== undefined && present.notAfter <= now
    ? { action: "issue", reason: "the intermediate has expired" }
    : undefined;
}

/** As cert-manager has it (https://cert-manager.io/docs/usage/certificate/#renewal). */
const renewedAfter = 2 / 3;

/**
 * Only what isthmus made itself, which carries the cluster's name as its
 * locality, and only where the roots stay the same: istiod takes such a Secret
 * up without a restart, and nobody stops trusting anybody.
 */
function issueBeforeEnd({
  cluster,
  present,
  meshRoot,
  newEnds,
  now,
}: IntermediateFacts): IntermediateVerdict | undefined {
  if (present === undefined || meshRoot === undefined || newEnds === undefined || newEnds <= present.notAfter) {
    return undefined;
  }
  const late = present.notBefore + renewedAfter * (present.notAfter - present.notBefore) <= now;
  return late && present.locality === cluster && sameRoots(present, meshRoot)
    ? { action: "issue", reason: "the intermediate is past two thirds of its lifetime" }
    : undefined;
}

function sameRoots(a: Trust, b: Trust): boolean {
  const [ours, theirs] = [a, b].map(({ trusts }) => new Set(trusts.map(({ identity }) => identity)));
  return ours?.size === theirs?.size && [...(ours ?? [])].every((identity) => theirs?.has(identity) === true);
}
