import type { Check, Finding } from "../check.ts";
import { warning } from "../check.ts";
import type { Publisher } from "../publishers.ts";
import { ownerOf, publishersOf, readsNoIstio, recordOf } from "../publishers.ts";

/** Instances of external-dns that write one name under different owners or prefixes block each other. */
export const owner: Check = {
  id: "dns/owner",
  sentence: "external-dns has the same owner in every cluster",
  pre: false,
  run: (facts) => {
    const writers = publishersOf(facts).filter((one) => !readsNoIstio(one));
    const known = writers.filter((one) => one.unread === undefined);
    const [first] = known;
    return [
      ...writers.flatMap((one) => (one.unread === undefined ? [] : [notJudged(one, one.unread)])),
      ...known
        .filter((one) => first !== undefined && (ownerOf(one) !== ownerOf(first) || recordOf(one) !== recordOf(first)))
        .map((one) =>
          warning("ISM452", {
            detail: `external-dns of ${one.cluster} (${one.namespace}/${one.name}) has ${describe(one)}; that of ${first?.cluster} has ${first === undefined ? "" : describe(first)}. Whoever writes a name first keeps the other's address out, and where that one's cluster is dead the name stays as it was.`,
            fix: `Give all of them one owner, and the policy that does not delete: --txt-owner-id=${facts.mesh.name} --policy=upsert-only, with no --txt-prefix or an equal one. Names that no cluster wants any more are then yours to delete. (With --policy=sync and one owner each instance deletes what only other clusters have.) Names that are there keep their old owner until their TXT records are deleted. Or keep an owner each, for names that one cluster alone publishes.`,
            cluster: one.cluster,
            ...(first === undefined || first.cluster === one.cluster ? {} : { remote: first.cluster }),
            object: { group: "apps", kind: "Deployment", namespace: one.namespace, name: one.name },
          }),
        ),
    ];
  },
};

function describe(one: Publisher): string {
  const record = recordOf(one);
  return `owner ${ownerOf(one)} and ${record === "" ? "no prefix" : record}`;
}

function notJudged(one: Publisher, unread: string): Finding {
  return warning("ISM525", {
    detail: `external-dns of ${one.cluster} (${one.namespace}/${one.name}) takes flags from where this check does not look (${unread}), so that it is not known whether it has the owner and the policy of the others.`,
    fix: "See for yourself: all clusters need one --txt-owner-id with --policy=upsert-only, and the same --txt-prefix. Flags in its arguments, its environment or a ConfigMap are read.",
    cluster: one.cluster,
    object: { group: "apps", kind: "Deployment", namespace: one.namespace, name: one.name },
  });
}
