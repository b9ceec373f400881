import { trafficPolicyRule } from "../../policies/client-tls.ts";
import type { MutualTls } from "../../policies/peer-authentication.ts";
import { mutualTlsOf } from "../../policies/peer-authentication.ts";
import { serviceIn, servicePods, targetPortOf } from "../../policies/service-pods.ts";
import type { Service } from "../../model/mesh.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { PodFacts } from "../pod-facts.ts";
import { meshClusters, networkOf } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { mutualTls, requestsTo } from "../subjects.ts";
import { kubectlLine } from "../../kubectl-line.ts";

/**
 * Between networks everything is mTLS: istiod takes endpoints of other clusters
 * that do not take it by its own cluster's policies out of its tables, and a pod
 * that does not take it by those of its cluster answers no other cluster.
 */
export const peerAuthentication: Check = {
  id: "policies/peer-authentication",
  sentence: "both ends of every connection agree on mTLS",
  pre: false,
  run: (facts) => {
    const groups = new Map<string, Group>();
    for (const conflict of conflictsOf(facts)) {
      const key = `${conflict.where.cluster} ${conflict.kind} ${conflict.namespace}/${conflict.name}`;
      const group = groups.get(key) ?? { conflict, effects: new Set(), breaks: new Set() };
      group.effects.add(conflict.effect);
      conflict.breaks.forEach((one) => group.breaks.add(one));
      groups.set(key, group);
    }
    return [...groups.values()].map(findingOf);
  },
};

interface Conflict {
  readonly where: ReachedCluster;
  readonly kind: "PeerAuthentication" | "DestinationRule";
  readonly namespace: string;
  readonly name: string;
  readonly mode: string;
  readonly effect: string;
  readonly breaks: readonly Subject[];
}

interface Group {
  readonly conflict: Conflict;
  readonly effects: Set<string>;
  readonly breaks: Set<Subject>;
}

function findingOf({ conflict: { where, kind, namespace, name, mode }, effects, breaks }: Group): Finding {
  const group = kind === "PeerAuthentication" ? "security.istio.io" : "networking.istio.io";
  return problem("ISM471", {
    detail: `${kind} ${namespace}/${name} of ${where.cluster} says ${mode}: ${[...effects].join("; ")}.`,
    fix: `Between clusters requests are mTLS. Whoever wrote it has to decide: take the mode out of it, or delete it: ${kubectlLine(where.context)} -n ${namespace} delete ${kind.toLowerCase()}.${group} ${name}`,
    cluster: where.cluster,
    object: { group, kind, namespace, name },
    breaks: [...breaks],
  });
}

function conflictsOf(facts: MeshFacts): readonly Conflict[] {
  const clusters = meshClusters(facts).map((one) => ({ one, switches: switchesTls(one) }));
  // A fleet has a million pairs, and hardly a cluster that says anything about it.
  return facts.mesh.services.flatMap((service) =>
    clusters.flatMap(({ one: reader, switches }) =>
      clusters.flatMap(({ one: target, switches: too }) =>
        !switches && !too
          ? []
          : servicePods(target, service).flatMap((pod) => conflictOf(facts, { service, reader, target, pod })),
      ),
    ),
  );
}

function switchesTls({ peerAuthentications, routing }: ReachedCluster): boolean {
  return (
    peerAuthentications.some(({ mode, portModes }) => [mode, ...Object.values(portModes)].includes("DISABLE")) ||
    routing.destinationRules.some((rule) => rule.trafficPolicy?.tls !== undefined)
  );
}

function conflictOf(
  facts: MeshFacts,
  pair: {
    readonly service: Service;
    readonly reader: ReachedCluster;
    readonly target: ReachedCluster;
    readonly pod: PodFacts;
  },
): readonly Conflict[] {
  const { service, target, pod } = pair;
  const here = serviceIn(target, service);
  const port = here === undefined ? undefined : targetPortOf(here, service.port, pod);
  if (port === undefined || !pod.proxy) {
    return [];
  }
  return conflictAt(facts, { ...pair, port });
}

function conflictAt(
  facts: MeshFacts,
  { service, reader, target, pod, port }: Parameters<typeof conflictOf>[1] & { readonly port: number },
): readonly Conflict[] {
  const key = `${service.namespace}/${service.name}`;
  const between = networkOf(facts, reader.cluster) !== networkOf(facts, target.cluster);
  const [known, taken] = [reader, target].map((one) => mutualTlsOf(one.peerAuthentications, pod, port)) as [
    MutualTls,
    MutualTls,
  ];
  const rule = trafficPolicyRule(reader, service);
  const asked = rule?.trafficPolicy?.tls;
  const plain = asked === undefined ? known.mode === "DISABLE" : asked === "DISABLE";
  if (plain && (between || taken.mode === "STRICT")) {
    const sent = between
      ? `the proxies of ${reader.cluster} lose the endpoints of ${key} in ${target.cluster}`
      : `the proxies of ${reader.cluster} send plain text to ${key}, whose pods in ${target.cluster} take mTLS only`;
    const effect = { effect: sent, breaks: [mutualTls(reader.cluster, target.cluster, key)] };
    return rule === undefined || asked === undefined
      ? byPolicy(reader, known, { ...effect, key })
      : [byRule(reader, { ...rule, mode: asked, key }, effect)];
  }
  if (!plain && taken.mode === "DISABLE" && (between || asked !== undefined)) {
    return byPolicy(target, taken, {
      effect: `the pods of ${key} in ${target.cluster} take plain text only, so that requests of ${reader.cluster} fail there`,
      breaks: [requestsTo(target.cluster, key)],
      key,
    });
  }
  return [];
}

/** A rule counts for the east-west gateway of its cluster too, which then has no way to the cluster's own pods. */
function byRule(
  where: ReachedCluster,
  { namespace, name, mode, key }: Pick<Conflict, "namespace" | "name" | "mode"> & { readonly key: string },
  { effect, breaks }: Pick<Conflict, "effect" | "breaks">,
): Conflict {
  const own = mutualTls(where.cluster, where.cluster, key);
  return { where, kind: "DestinationRule", namespace, name, mode, effect, breaks: [...breaks, own] };
}

function byPolicy(
  where: ReachedCluster,
  { mode, policy }: MutualTls,
  { effect, breaks, key }: Pick<Conflict, "effect" | "breaks"> & { readonly key: string },
): readonly Conflict[] {
  // The east-west gateway of the cluster sends mTLS to the cluster's own pods.
  const own = mutualTls(where.cluster, where.cluster, key);
  const { namespace = "", name = "" } = policy ?? {};
  return policy === undefined
    ? []
    : [{ where, kind: "PeerAuthentication", namespace, name, mode, effect, breaks: [...breaks, own] }];
}
