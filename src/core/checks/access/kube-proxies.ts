import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { reachedClusters } from "../reached.ts";
import type { KubeProxyFacts } from "../system-facts.ts";

/** What was reached by a Service goes on, so that it shows only when a pod behind one is another one: a gateway, istiod, the DNS. */
export const kubeProxies: Check = {
  id: "access/kube-proxies",
  sentence: "kube-proxy follows the cluster's Services on every node that has one",
  pre: true,
  unseen: unknownNodes,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const { kubeProxies: found = [] } = one.system;
      const unheard = found.filter(({ state }) => state === "unheard");
      return [
        ...found.filter(({ state }) => state === "silent" || state === "behind").map((proxy) => standing(one, proxy)),
        ...(unheard.length === 0 ? [] : [unknown(one, unheard)]),
      ];
    }),
};

const follows = "go where the Services led before: to pods that may be gone, and to none that is new";

function standing(one: ReachedCluster, { node, state, since }: KubeProxyFacts): Finding {
  return problem("ISM762", {
    detail: `kube-proxy of node ${node} of ${one.cluster} ${state === "silent" ? "answers nothing at its health port, where that of another node does: it stands still" : `says that it has not been able to write its rules since ${since ?? "it started"}`}. Connections that come in by that node, and those of its pods to Services, ${follows}.`,
    fix: `Whoever runs the nodes of ${one.cluster} has to bring it back: ${restart}. ${podsOn(one, node)}`,
    cluster: one.cluster,
    object: { group: "", kind: "Node", name: node },
    provenBy: { own: ["system"] },
  });
}

/** One for all nodes: they share a firewall. */
function unknown(one: ReachedCluster, proxies: readonly KubeProxyFacts[]): Finding {
  const nodes = proxies.map(({ node }) => node);
  const [first = ""] = nodes;
  return warning("ISM763", {
    detail: `The API server of ${one.cluster} gets no answer from the health port of kube-proxy (10256) of ${nodes.length === 1 ? "node" : "nodes"} ${nodes.join(", ")}, and is refused at the port beside it. Either kube-proxy stands still there: then connections that come in by such a node, and those of its pods to Services, ${follows}. Or a firewall keeps this port alone from the API server, and all is well.`,
    fix: `Whoever runs the nodes of ${one.cluster} has to see which it is. On a node: curl -m 5 http://127.0.0.1:10256/healthz. Where that answers, let the control plane reach TCP port 10256 of the nodes; where it does not, bring kube-proxy back: ${restart}. ${podsOn(one, first)}`,
    cluster: one.cluster,
    object: { group: "", kind: "Node", name: first },
    provenBy: { own: ["system"] },
  });
}

const restart =
  "a pod of kube-proxy is made anew when it is deleted; where it is a service or a part of another program on the node, that has to be restarted";

function podsOn(one: ReachedCluster, node: string): string {
  return kubectl(one, "-n", "kube-system", "get", "pods", "-o", "wide", "--field-selector", `spec.nodeName=${node}`);
}

const noneHere = "nothing listens at its port 10256, where it does on other nodes";

/** Nodes of which nothing is known, by why. */
function unknownNodes(facts: MeshFacts): readonly string[] {
  return reachedClusters(facts).flatMap(({ cluster, nodes, system }) => {
    const asked = new Map((system.kubeProxies ?? []).map((proxy) => [proxy.node, proxy]));
    const isUsed = [...asked.values()].some(({ state }) => state !== "none" && state !== "unknown");
    const byReason = new Map<string, string[]>();
    for (const { name } of nodes) {
      const { state, why = "" } = asked.get(name) ?? {
        state: "unknown",
        why: "not asked, as only a few ready ones are",
      };
      // Where no node has one, something else leads to Services.
      const reason = state === "unknown" ? why : state === "none" && isUsed ? noneHere : undefined;
      if (reason !== undefined) {
        byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
      }
    }
    return [...byReason].map(([why, [first = "", ...rest]]) => {
      const more = rest.length === 0 ? "" : ` and ${rest.length} more`;
      return `kube-proxy of node ${first}${more} of ${cluster}: ${why}`;
    });
  });
}
