import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { meshClusters } from "../reached.ts";
import { newPods } from "../subjects.ts";
import { kubectl } from "../commands.ts";

const label = "pod-security.kubernetes.io/enforce";

/** The Deployment is accepted without a word: only the pods, which the injector has changed, are refused. */
export const podSecurity: Check = {
  id: "policies/pod-security",
  sentence: "pod security standards let sidecars start",
  pre: true,
  run: (facts) =>
    meshClusters(facts)
      .filter((one) => facts.mesh.istioCni !== true && one.system.cni.length === 0)
      .flatMap((one) =>
        one.namespaces
          .filter(({ injected, labels }) => injected && ["baseline", "restricted"].includes(labels[label] ?? ""))
          .map(({ name, labels }) =>
            problem("ISM473", {
              detail: `Namespace ${name} of ${one.cluster} enforces the pod security standard ${labels[label] ?? ""}, and sidecars there begin with istio-init, which asks for NET_ADMIN and NET_RAW: the API server refuses every new pod.`,
              fix: `Whoever secures the namespace has to decide: set spec.hardening.podSecurity: ${labels[label] ?? ""} and run isthmus apply, which has istio-cni do what istio-init does; or take the label away: ${kubectl(one)} label namespace ${name} ${label}-`,
              cluster: one.cluster,
              object: { group: "", kind: "Namespace", name },
              breaks: [newPods(one.cluster, name)],
            }),
          ),
      ),
};
