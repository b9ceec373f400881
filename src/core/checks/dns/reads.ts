import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import type { MeshFacts } from "../facts.ts";
import type { Publisher } from "../publishers.ts";
import { publishedHosts, publishersOf, readsNoIstio } from "../publishers.ts";

/** What isthmus writes at a Gateway is written under both (`core/render/external-dns-annotations.ts`). */
const writtenPrefixes = ["external-dns.alpha.kubernetes.io/", "external-dns.kubernetes.io/"];

/**
 * external-dns makes names of the sources that it is given alone, and looks for annotations under one prefix
 * (https://kubernetes-sigs.github.io/external-dns/v0.23.0/docs/annotations/annotations/#annotation-prefix).
 * Without them it takes a Gateway for one that has none, and says nothing of it (external-dns 0.23.0, measured).
 */
export const reads: Check = {
  id: "dns/reads",
  sentence: "external-dns reads the Gateways of published names, and their annotations",
  pre: false,
  unseen: (facts) => {
    const names = publishedHosts(facts).join(", ");
    const all = publishersOf(facts);
    return names === "" || isRead(all) || (all.length > 0 && isAllSeen(facts, all))
      ? []
      : [
          all.length === 0
            ? `who publishes ${names}: no external-dns for that was found, by the label app.kubernetes.io/name=external-dns or app=external-dns of its Deployment`
            : `whether an external-dns reads the Gateways of ${names}: the flags of one, or a cluster, are not known`,
        ];
  },
  run: (facts) => {
    const all = publishersOf(facts);
    return [
      ...(isAllSeen(facts, all) && !isRead(all) ? all.map((one) => readsOthers(facts, one)) : []),
      ...all.filter((one) => one.unread === undefined && !readsNoIstio(one)).flatMap(looksElsewhere),
    ];
  },
};

/** Whether one is known to read Istio's objects. */
function isRead(all: readonly Publisher[]): boolean {
  return all.some((one) => one.unread === undefined && !readsNoIstio(one));
}

function isAllSeen({ clusters }: MeshFacts, all: readonly Publisher[]): boolean {
  return clusters.every(({ kind }) => kind === "reached") && all.every(({ unread }) => unread === undefined);
}

function looksElsewhere(one: Publisher): readonly Finding[] {
  const { annotationPrefix: prefix, legacyAnnotations, cluster, namespace, name } = one;
  return prefix === undefined || writtenPrefixes.includes(prefix) || legacyAnnotations === true
    ? []
    : [
        problem("ISM774", {
          detail: `external-dns of ${cluster} (${namespace}/${name}) has --annotation-prefix=${prefix}, under which the Gateways of isthmus have no annotation. It publishes the address of ${cluster} alone, with no TTL of the mesh file, and Gateways that it has to pass over too.`,
          fix: `Whoever runs it has to decide. Add --enable-legacy-annotation-prefix (from 0.23 on): it then reads ${writtenPrefixes[0]} beside its own prefix. An older one needs --annotation-prefix=${writtenPrefixes[1]}, and an instance of its own for objects with the other prefix.`,
          cluster,
          object: objectOf(one),
        }),
      ];
}

function readsOthers(facts: MeshFacts, one: Publisher): Finding {
  const { cluster, namespace, name, sources } = one;
  return problem("ISM775", {
    detail: `external-dns of ${cluster} (${namespace}/${name}) makes names of ${sources.join(", ")}, and no other one that reads Istio's Gateways was found. Nobody publishes ${publishedHosts(facts).join(", ")}.`,
    fix: "Whoever runs it has to decide. Add --source=istio-gateway, in every cluster; its account has to list Gateways of networking.istio.io (its chart adds that with the source).",
    cluster,
    object: objectOf(one),
  });
}

function objectOf({ namespace, name }: Publisher): NonNullable<Finding["object"]> {
  return { group: "apps", kind: "Deployment", namespace, name };
}
