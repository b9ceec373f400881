import { describeId } from "../../model/kube-object.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectlCommand } from "../commands.ts";
import type { DriftedField, DriftedObject } from "../drift-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { afterQuota, fullQuotaFor } from "../full-quota.ts";
import { reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { appliedObject, objectOf } from "../subjects.ts";
import { brokenBy, goneParts, seenBy, unservedParts } from "../drifted.ts";
import { whyNotCompared } from "../not-compared.ts";

/** From how many objects on that one writer changed, or that are gone, they are one finding. */
const groupedFrom = 5;

/**
 * What somebody else changed or deleted since the last apply. A finding about
 * the same object that says more (a missing Service, weights that differ)
 * comes before it and names the writer.
 */
export const objects: Check = {
  id: "drift/objects",
  sentence: "nobody has changed or deleted what isthmus applied",
  pre: false,
  unseen: whyNotCompared,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const drifted = one.drift?.kind === "compared" && one.drift.applied ? one.drift.objects : [];
      const gone = drifted.filter((object) => object.state === "gone");
      const changed = drifted.filter((object) => object.state === "changed");
      return [
        ...together(gone, () => "").flatMap((group) => reportGone(facts, one, group)),
        ...together(changed, ({ writer }) => `${writer?.manager ?? ""} ${writer?.time.slice(0, 16) ?? ""}`).flatMap(
          (group) => reportChanged(facts, one, group),
        ),
      ];
    }),
};

/** Groups of objects that one deed is likely to have changed; each for itself where they are few. */
function together(
  drifted: readonly DriftedObject[],
  deedOf: (object: DriftedObject) => string,
): readonly (readonly DriftedObject[])[] {
  const byDeed = new Map<string, DriftedObject[]>();
  for (const object of drifted) {
    const deed = deedOf(object);
    byDeed.set(deed, [...(byDeed.get(deed) ?? []), object]);
  }
  return [...byDeed.values()].flatMap((group) =>
    group.length < groupedFrom ? group.map((object) => [object]) : [group],
  );
}

function reportGone(facts: MeshFacts, one: ReachedCluster, group: readonly DriftedObject[]): readonly Finding[] {
  const [first, ...rest] = group;
  // A new account has a new token, which the other clusters have to be given.
  const apply = applyCommand(facts, group.some(isReader) ? {} : { cluster: one.cluster });
  const full = group.map(({ id }) => fullQuotaFor(one, id)).find((text) => text !== undefined);
  return first === undefined
    ? []
    : [
        problem("ISM455", {
          detail: `${list(group)} of ${one.cluster} ${rest.length === 0 ? "is" : "are"} not there any more: an apply has made ${rest.length === 0 ? "it" : "them"}, and somebody has deleted ${rest.length === 0 ? "it" : "them"} since.`,
          ...(full === undefined
            ? { fix: "Put back what the mesh file asks for.", commands: [apply] }
            : { fix: afterQuota(full, apply) }),
          cluster: one.cluster,
          object: first.id,
          ...subjectsOf(facts, one, group),
          provenBy: { own: [] },
          remark: "An apply has made it, and somebody has deleted it since.",
        }),
      ];
}

function isReader({ id: { kind, name } }: DriftedObject): boolean {
  return (kind === "ServiceAccount" || kind === "Secret") && name.startsWith("istio-reader");
}

function reportChanged(facts: MeshFacts, one: ReachedCluster, group: readonly DriftedObject[]): readonly Finding[] {
  const [first, ...rest] = group;
  if (first === undefined) {
    return [];
  }
  const by = whoChanged(first);
  const what =
    rest.length === 0 ? describeFields(first) : [...new Set(group.map((object) => object.id.kind))].join(", ");
  const kinds = [...new Set(group.map((object) => object.id.kind))];
  const refused = group.filter((object) => object.refusal !== undefined);
  return [
    problem("ISM454", {
      detail: `${list(group)} of ${one.cluster} ${rest.length === 0 ? "is" : "are"} not as isthmus applied ${rest.length === 0 ? "it" : "them"}: ${by}${what === "" ? "" : ` (${what})`}.${first.refusal === undefined ? "" : ` An apply alone cannot put it back: ${first.refusal}`}`,
      fix: `${refused.length === 0 ? "Put back what the mesh file asks for" : "Delete the object, which stops what it does until it is applied again, and apply"}; or, where the change is meant, write it into the mesh file: whoever changed it has to decide.`,
      commands: [
        ...refused.map(({ id }) => kubectlCommand(one, "delete", id)),
        applyCommand(facts, { cluster: one.cluster, force: kinds }),
      ],
      cluster: one.cluster,
      object: first.id,
      ...subjectsOf(facts, one, group),
      provenBy: { own: [] },
      remark: `${capital(by)}${what === "" ? "" : ` (${what})`}.`,
    }),
  ];
}

function subjectsOf(
  facts: MeshFacts,
  one: ReachedCluster,
  group: readonly DriftedObject[],
): { readonly breaks: readonly Subject[]; readonly needs: readonly Subject[] } {
  return {
    breaks: group.flatMap((object) => [
      appliedObject(one.cluster, object.id),
      ...brokenBy(facts, one.cluster, object),
      ...(object.state === "gone" ? goneParts(one.cluster, object) : unservedParts(one.cluster, object)),
    ]),
    // What is found in a namespace that is gone is not why it is gone.
    needs: group
      .filter(({ id, state }) => id.kind !== "Namespace" || state !== "gone")
      .flatMap(({ id }) => [objectOf(one.cluster, id), ...seenBy(one.cluster, id)]),
  };
}

function whoChanged({ writer }: DriftedObject): string {
  if (writer === undefined) {
    return "somebody has changed it since, and the API server does not say who";
  }
  return `${writer.manager === "" ? "somebody" : writer.manager} has changed it${writer.time === "" ? "" : ` at ${writer.time}`}`;
}

/** How many fields are named. */
const namedFields = 3;

function describeFields({ fields }: DriftedObject): string {
  const named = fields.slice(0, namedFields).map(describeField);
  const more = fields.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join("; ");
}

function describeField({ path, live, wanted }: DriftedField): string {
  if (live === undefined && wanted === undefined) {
    return path;
  }
  return `${path} is ${live ?? "gone"}, ${wanted === undefined ? "and nobody asks for it" : `applied was ${wanted}`}`;
}

function list(group: readonly DriftedObject[]): string {
  const named = group.slice(0, namedFields).map((object) => describeId(object.id));
  const more = group.length - named.length;
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(" and ");
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
