import { istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { connectedProxies } from "../connected-proxies.ts";
import type { ReachedCluster } from "../facts.ts";
import type { PodFacts } from "../pod-facts.ts";
import { meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
  cacerts,
  clusterName,
  issuedRoot,
  istiod,
  podNetwork,
  proxyOf,
  trustOfProxy,
  trustOfSidecars,
  wayToIstiod,
} from "../subjects.ts";
import { silentIstiods } from "./proxies-accept.ts";

/** A proxy that has lost its istiod goes on with what it knew, looks ready, and learns nothing new. */
export const proxiesConnected: Check = {
  id: "control-plane/proxies-connected",
  sentence: "gateways and sidecars are connected to istiod",
  pre: false,
  unseen: (facts) => meshClusters(facts).flatMap(silentIstiods),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      if (one.istiod.pods.length === 0 || silentIstiods(one).length > 0) {
        return [];
      }
      const connected = new Set(connectedProxies(one).map(({ namespace, name }) => `${namespace}/${name}`));
      const lost = one.pods.filter((pod) => pod.proxy && pod.ready && !connected.has(`${pod.namespace}/${pod.name}`));
      return connected.size === 0 && lost.length >= manyProxies
        ? [allLost(one, lost)]
        : lost.map((pod) => oneLost(one, pod));
    }),
};

/** That so many of them have each a reason of its own is unlikely. */
const manyProxies = 3;

function oneLost(one: ReachedCluster, pod: PodFacts): Finding {
  return problem("ISM468", {
    detail: `${pod.namespace}/${pod.name} of ${one.cluster} is connected to no istiod: it goes on with the configuration that it had, and hears of no pod that starts or ends and of no route that changes.`,
    fix: `Whoever runs the pod has to see why it does not connect: ${logsOf(one, pod)}. A policy that closes port 15012 of istiod and a root that the pod does not trust are the usual reasons; restart the pod when that is mended.`,
    cluster: one.cluster,
    object: { group: "", kind: "Pod", namespace: pod.namespace, name: pod.name },
    breaks: [proxyOf(one.cluster, pod)],
    needs: needsOf(one, pod),
  });
}

/** Where all have lost an istiod that answers this program, packets of pods do not pass: what they say of other clusters follows from that. */
function allLost(one: ReachedCluster, lost: readonly PodFacts[]): Finding {
  const [first] = lost;
  return problem("ISM468", {
    detail: `Not one of ${lost.length} proxies of ${one.cluster} is connected to istiod, which runs and answers through the API server: packets from pod to pod, or from pods to Service istiod, do not pass there. Proxies go on with the configuration that they had, and requests fail as far as packets are lost.`,
    fix: `Whoever runs the nodes of ${one.cluster} has to see why: its network plugin and kube-proxy, what a firewall of the nodes has flushed or drops, and whether they forward packets (net.ipv4.ip_forward). What a proxy says: ${first === undefined ? "" : logsOf(one, first)}`,
    cluster: one.cluster,
    breaks: [podNetwork(one.cluster), ...lost.map((pod) => proxyOf(one.cluster, pod))],
    needs: lost.flatMap((pod) => needsOf(one, pod).filter((subject) => subject !== proxyOf(one.cluster, pod))),
  });
}

function logsOf(one: ReachedCluster, { namespace, name }: PodFacts): string {
  return kubectl(one, "-n", namespace, "logs", name, "-c", "istio-proxy", "--tail=20");
}

function needsOf({ cluster }: ReachedCluster, pod: PodFacts): readonly Subject[] {
  return [
    istiod(cluster),
    wayToIstiod(cluster),
    issuedRoot(cluster),
    // Without them istiod signs with a root that running proxies do not trust.
    cacerts(cluster),
    clusterName(cluster),
    trustOfProxy(cluster, pod),
    ...(pod.namespace === istioNamespace ? [] : [trustOfSidecars(cluster)]),
    proxyOf(cluster, pod),
  ];
}
