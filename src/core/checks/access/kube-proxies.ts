import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { reachedClusters } from "../reached.ts";

/** What was reached by a Service goes on, so that it shows only when a pod behind one is another one: a gateway, istiod, the DNS. */
export const kubeProxies: Check = {
  id: "access/kube-proxies",
  sentence: "kube-proxy of every node that was asked follows the cluster's Services",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      (one.system.kubeProxies ?? []).map(({ node, state, since }) =>
        problem("ISM762", {
          detail: `kube-proxy of node ${node} of ${one.cluster} ${state === "silent" ? "takes connections at its health port and answers nothing: it stands still" : `says that it has not been able to write its rules since ${since ?? "it started"}`}. Connections that come in by that node, and those of its pods to Services, go where the Services led before: to pods that may be gone, and to none that is new.`,
          fix: `Whoever runs the nodes of ${one.cluster} has to bring it back: a pod of kube-proxy is made anew when it is deleted; where it is a service or a part of another program on the node, that has to be restarted. ${kubectl(one, "-n", "kube-system", "get", "pods", "-o", "wide", "--field-selector", `spec.nodeName=${node}`)}`,
          cluster: one.cluster,
          object: { group: "", kind: "Node", name: node },
          provenBy: { own: ["system"] },
        }),
      ),
    ),
};
