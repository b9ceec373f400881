import type { KubeObject } from "../model/kube-object.ts";
import { inventoryLabel, inventoryNamespace } from "../plan/inventory.ts";
import { meshLabel, ownFieldManager } from "../render/names.ts";
import type { DecisionRule } from "./first-verdict.ts";
import { firstVerdict } from "./first-verdict.ts";
import { managersOf, reconcilerOf } from "./adoption.ts";

/** What is known of an object that carries a mesh's label. */
export interface LabelledFacts {
  readonly live: KubeObject;
  /** True when the mesh's inventory lists it as one that was there before. */
  readonly adopted: boolean;
}

/**
 * `follows` = it goes with another object, or is isthmus' own bookkeeping.
 * `refuse` = another tool would put it back. The reason is a clause about the
 * object: `it was there before`.
 */
export interface LabelledVerdict {
  readonly action: "follows" | "delete" | "stay" | "refuse";
  readonly reason: string;
}

const chain: readonly DecisionRule<LabelledFacts, LabelledVerdict>[] = [
  followBookkeeping, // make sure that Lease and inventory go last, as with every removal
  followOwner, // make sure that nothing is deleted that its owner would make again or takes along
  refuseReconciled, // make sure that nobody puts back at once what is deleted
  stayAdopted, // make sure that what was there before stays, although isthmus has labelled it
  staySharedNamespace, // make sure that a namespace goes only where nobody else has written it
  () => ({ action: "delete", reason: "it was made for this mesh" }),
];

/** What a removal by label does with an object. The first rule that applies decides. */
export function decideLabelled(facts: LabelledFacts): LabelledVerdict {
  return firstVerdict(chain, facts);
}

function followBookkeeping({ live }: LabelledFacts): LabelledVerdict | undefined {
  const isOurs =
    live.metadata.namespace === inventoryNamespace &&
    (live.kind === "Lease" || live.metadata.labels?.[inventoryLabel] !== undefined);
  return isOurs ? { action: "follows", reason: "it is isthmus' own bookkeeping" } : undefined;
}

/** Endpoints have the labels of their Service and no owner: the endpoints controller deletes them with it. */
function followOwner({ live }: LabelledFacts): LabelledVerdict | undefined {
  const owners = live.metadata["ownerReferences"];
  return (Array.isArray(owners) && owners.length > 0) || live.kind === "Endpoints"
    ? { action: "follows", reason: "it goes with what it belongs to" }
    : undefined;
}

function refuseReconciled({ live }: LabelledFacts): LabelledVerdict | undefined {
  const tool = reconcilerOf(live);
  return tool === undefined ? undefined : { action: "refuse", reason: `${tool} has made it and would make it again` };
}

/**
 * The label of an object of an export came with the export, from whoever has
 * applied that. Where isthmus alone has set it, it says nothing about who made
 * the object: others who have written it were there before.
 */
function stayAdopted({ live, adopted }: LabelledFacts): LabelledVerdict | undefined {
  const labellers = managersOf(live, ["f:metadata", "f:labels", `f:${meshLabel}`]);
  const others = managersOf(live, []).filter(isPerson);
  const isOwnLabel = labellers.length > 0 && labellers.every((name) => name === ownFieldManager);
  return (adopted && labellers.every((name) => name === ownFieldManager)) || (isOwnLabel && others.length > 0)
    ? { action: "stay", reason: "it was there before" }
    : undefined;
}

function staySharedNamespace({ live }: LabelledFacts): LabelledVerdict | undefined {
  if (live.kind !== "Namespace" || live.apiVersion !== "v1") {
    return undefined;
  }
  const labellers = managersOf(live, ["f:metadata", "f:labels", `f:${meshLabel}`]);
  const others = managersOf(live, []).filter((name) => isPerson(name) && !labellers.includes(name));
  return others.length === 0
    ? undefined
    : { action: "stay", reason: `${others.join(", ")} ${others.length === 1 ? "has" : "have"} written it too` };
}

/** Controllers write into what others have made: status, defaults, certificates of webhooks. */
function isPerson(manager: string): boolean {
  return !/^(kube-|kubelet$|pilot-|istio|cert-manager|cattle-|rancher$|isthmus$|Go-http-client$|cainjector$)/.test(
    manager,
  );
}
