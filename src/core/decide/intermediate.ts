import type { DecisionRule } from "./first-verdict.ts";
import { firstVerdict } from "./first-verdict.ts";

/** What is known of a cluster's `cacerts` before an apply. Times in milliseconds since the epoch. */
export interface IntermediateFacts {
  readonly cluster: string;
  readonly now: number;
  /** Fingerprint of the mesh's root; undefined when there is none yet or its files are elsewhere. */
  readonly meshRoot: string | undefined;
  readonly present:
    | undefined
    | {
        readonly root: string;
        readonly notAfter: number;
        readonly locality: string | undefined;
        /** Why the Secret does not hold together, in words. */
        readonly flaw: string | undefined;
      };
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
  () => ({ action: "keep", reason: "the intermediate is valid and signed by the mesh's root" }),
];

/** Whether a cluster keeps its intermediate, gets a new one, or needs a person. The first rule that speaks decides. */
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
  if (present === undefined || meshRoot === undefined || present.root === meshRoot) {
    return undefined;
  }
  return {
    action: "refuse",
    reason: `the cluster's root is ${present.root}, the mesh's is ${meshRoot}`,
  };
}

function issueWhenExpired({ present, now }: IntermediateFacts): IntermediateVerdict | undefined {
  return present !== undefined && present.notAfter <= now
    ? { action: "issue", reason: "the intermediate has expired" }
    : undefined;
}
