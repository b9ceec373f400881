import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import type { MeshFacts } from "../facts.ts";
import type { Publisher } from "../publishers.ts";
import { closedWay, unsureWay } from "../external-dns-way.ts";
import { rfc2136Records } from "../rfc2136-records.ts";
import { needsPolicy, ownerOf, policyOf, publishersOf, readsNoIstio, recordOf } from "../publishers.ts";

/**
 * With `sync`, an instance deletes every name of its owner that its own cluster
 * does not want. Instances of several clusters that have one owner delete each
 * other's names then, at every sync
 * (https://kubernetes-sigs.github.io/external-dns/latest/docs/proposal/multi-target/).
 */
export const policy: Check = {
  id: "dns/policy",
  sentence: "no external-dns deletes or freezes names of other clusters, or writes what its server refuses",
  pre: false,
  unseen: (facts) =>
    publishersOf(facts).flatMap((one) => [
      ...(one.policiesUnread === true
        ? [`the network policies of ${one.namespace} in ${one.cluster}: this account may not list them`]
        : []),
      ...(one.unread === undefined ? unsureWay(facts, one) : []),
    ]),
  run: (facts) => {
    const known = publishersOf(facts).filter((one) => one.unread === undefined);
    return known.flatMap((one) => [
      ...deletes(facts, one, known),
      ...(readsNoIstio(one) ? [] : [...freezes(one), ...doesNotStart(one), ...rfc2136Records(facts, one)]),
      ...closedWay(facts, one),
    ]);
  },
};

function deletes(facts: MeshFacts, one: Publisher, all: readonly Publisher[]): readonly Finding[] {
  const others = all.filter(
    (other) => other.cluster !== one.cluster && ownerOf(other) === ownerOf(one) && recordOf(other) === recordOf(one),
  );
  const [other] = others;
  return policyOf(one) !== "sync" || other === undefined
    ? []
    : [
        warning("ISM522", {
          detail: `external-dns of ${one.cluster} (${one.namespace}/${one.name}) has --policy=sync${one.policy === undefined ? `, which is what version ${one.version ?? ""} does without --policy` : ""}, and the same owner (${ownerOf(one)}) as that of ${[...new Set(others.map(({ cluster }) => cluster))].join(" and ")}. At every sync it deletes the names that only other clusters have, and theirs write them again.`,
          fix: `Set --policy=upsert-only in every cluster: then nobody deletes, and names that no cluster wants any more are yours to delete. Or give each an owner of its own (--txt-owner-id=${facts.mesh.name}-${one.cluster}): then a name that several clusters publish stays with the one that wrote it first, also when that cluster is dead.`,
          cluster: one.cluster,
          remote: other.cluster,
          object: objectOf(one),
        }),
      ];
}

function freezes(one: Publisher): readonly Finding[] {
  return one.policy !== "create-only"
    ? []
    : [
        warning("ISM523", {
          detail: `external-dns of ${one.cluster} (${one.namespace}/${one.name}) has --policy=create-only: a name that is there is never changed, so that the address of a cluster that joins or gets another one is not published.`,
          fix: "Set --policy=upsert-only, in every cluster.",
          cluster: one.cluster,
          object: objectOf(one),
        }),
      ];
}

function doesNotStart(one: Publisher): readonly Finding[] {
  return one.policy !== undefined || one.version === undefined || !needsPolicy(one.version)
    ? []
    : [
        problem("ISM524", {
          detail: `external-dns of ${one.cluster} (${one.namespace}/${one.name}) is of version ${one.version} and has no --policy, without which it does not start from 0.22 on: nothing is published.`,
          fix: "Set --policy=upsert-only, in every cluster.",
          cluster: one.cluster,
          object: objectOf(one),
        }),
      ];
}

function objectOf({ namespace, name }: Publisher): NonNullable<Finding["object"]> {
  return { group: "apps", kind: "Deployment", namespace, name };
}
