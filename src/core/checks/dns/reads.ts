import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import type { MeshFacts } from "../facts.ts";
import type { Publisher } from "../publishers.ts";
import { covers, publishedHosts, publishersOf, readsNoIstio } from "../publishers.ts";

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
    const all = publishersOf(facts);
    const open = unreadNames(facts, all).filter(({ isKnown }) => !isKnown);
    const by = (isFound: boolean): string =>
      open
        .filter(({ publishers }) => publishers.length > 0 === isFound)
        .map(({ name }) => name)
        .join(", ");
    return [
      ...(by(false) === ""
        ? []
        : [
            `who publishes ${by(false)}: no external-dns for that was found, by the label app.kubernetes.io/name=external-dns or app=external-dns of its Deployment`,
          ]),
      ...(by(true) === ""
        ? []
        : [
            `whether an external-dns reads the Gateways of ${by(true)}: its flags leave something out (${limitsOf(open)}) or are not known, or a cluster was not reached`,
          ]),
    ];
  },
  run: (facts) => {
    const all = publishersOf(facts);
    const unread = unreadNames(facts, all).filter(({ isKnown }) => isKnown);
    return [
      ...all.flatMap((one) => readsOthers(one, unread)),
      ...all.filter((one) => one.unread === undefined && !readsNoIstio(one)).flatMap((one) => looksElsewhere(one, all)),
    ];
  },
};

/** A name of which nobody is known to read the Gateway. */
interface UnreadName {
  readonly name: string;
  /** Those whose zones have it. */
  readonly publishers: readonly Publisher[];
  /** Whether all of them, and all clusters, are known well enough to say that none does. */
  readonly isKnown: boolean;
}

function unreadNames(facts: MeshFacts, all: readonly Publisher[]): readonly UnreadName[] {
  const isReached = facts.clusters.every(({ kind }) => kind === "reached");
  return publishedHosts(facts)
    .filter((name) => name !== "*")
    .map((name) => {
      const publishers = all.filter((one) => covers(one, name));
      const areOthers = publishers.every((one) => readsNoIstio(one) && one.unread === undefined);
      return { name, publishers, isKnown: isReached && publishers.length > 0 && areOthers };
    })
    .filter(({ publishers }) => !publishers.some(surelyReads));
}

function surelyReads({ sources, unread, limits }: Publisher): boolean {
  return unread === undefined && limits === undefined && sources.some((source) => source.startsWith("istio-"));
}

function limitsOf(names: readonly UnreadName[]): string {
  const limits = names.flatMap(({ publishers }) => publishers.flatMap((one) => one.limits ?? []));
  return [...new Set(limits)].join(", ") || "none of those that are known";
}

function looksElsewhere(one: Publisher, all: readonly Publisher[]): readonly Finding[] {
  const { annotationPrefix: prefix, cluster, namespace, name } = one;
  // Two instances side by side may be meant so, for two views of a zone.
  const isBeside = all.some((other) => other !== one && !readsNoIstio(other) && readsWritten(other));
  return prefix === undefined || readsWritten(one)
    ? []
    : [
        (isBeside ? warning : problem)("ISM774", {
          detail: `external-dns of ${cluster} (${namespace}/${name}) has --annotation-prefix=${prefix}, under which the Gateways of isthmus have no annotation. It publishes the address of ${cluster} alone, with no TTL of the mesh file, and Gateways that it has to pass over too.`,
          fix: `Whoever runs it has to decide. Where it is for other objects or another view of the zone, have it leave out Istio's Gateways (its --source). Else add --enable-legacy-annotation-prefix (from 0.23 on): it then reads ${writtenPrefixes[0]} beside its own prefix. An older one needs --annotation-prefix=${writtenPrefixes[1]}.`,
          cluster,
          object: objectOf(one),
        }),
      ];
}

function readsWritten({ annotationPrefix, legacyAnnotations, unread }: Publisher): boolean {
  return (
    unread === undefined &&
    (annotationPrefix === undefined || writtenPrefixes.includes(annotationPrefix) || legacyAnnotations === true)
  );
}

/** One that nobody has found here, in another cluster or under another label, may publish them all the same. */
function readsOthers(one: Publisher, unread: readonly UnreadName[]): readonly Finding[] {
  const { cluster, namespace, name, sources } = one;
  const names = unread.filter(({ publishers }) => publishers.includes(one)).map((each) => each.name);
  return names.length === 0
    ? []
    : [
        warning("ISM775", {
          detail: `external-dns of ${cluster} (${namespace}/${name}) makes names of ${sources.join(", ")}, and none that reads Istio's Gateways was found in the clusters of the mesh. As far as is known nobody publishes ${names.join(", ")}.`,
          fix: "Whoever runs it has to decide. Add --source=istio-gateway, in every cluster; its account has to list Gateways of networking.istio.io (its chart adds that with the source).",
          cluster,
          object: objectOf(one),
        }),
      ];
}

function objectOf({ namespace, name }: Publisher): NonNullable<Finding["object"]> {
  return { group: "apps", kind: "Deployment", namespace, name };
}
