import { onceFor } from "../../once-for.ts";
import { istioNamespace } from "../../render/names.ts";
import { remoteSecretName } from "../../render/remote-secret.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, restart } from "../commands.ts";
import type { IstiodPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { meshClusters, pairs } from "../reached.ts";
import { appliedObject, istiod, istiodObjects, needsOfJoin, readerAccount, nodes, sync } from "../subjects.ts";

/** Every pod of istiod is asked, since each keeps its own ties (pains 2 and 17). */
export const istiodSynced: Check = {
  id: "join/istiod-synced",
  sentence: "every istiod says that it is synced with every other cluster",
  pre: false,
  run: (facts) => {
    const statesOf = onceFor((pod: IstiodPod) => new Map(pod.remotes.map((one) => [one.cluster, one.state])));
    return [
      ...meshClusters(facts).flatMap((one) =>
        one.istiod.pods.filter((pod) => pod.problem !== undefined).map((pod) => silent(one, pod)),
      ),
      ...pairs(facts).flatMap(({ reader, remote }) => {
        const behind = reader.istiod.pods.flatMap((pod) => {
          const state = statesOf(pod).get(remote) ?? "not known";
          return pod.problem !== undefined || state === "synced" ? [] : [{ pod: pod.name, state }];
        });
        const [first] = behind;
        return first === undefined
          ? []
          : [
              problem("ISM436", {
                detail: `${behind.map((one) => `${one.pod} says ${remote} is ${one.state}`).join("; ")} (${reader.cluster}). istiod goes on with what it last knew of ${remote}, or with nothing.`,
                fix: `The remote secret is right as far as it can be seen from here: restart istiod. Where that does not help, istiod cannot reach the address in it, and whoever runs the network between the two has to decide; its log says why: ${kubectl(reader, "-n", istioNamespace, "logs", first.pod)} | grep ${remote}`,
                commands: [restart(reader, istioNamespace, "istiod")],
                cluster: reader.cluster,
                remote,
                breaks: [sync(reader.cluster, remote)],
                provenBy: { own: ["istiod"] },
                needs: [
                  ...needsOfJoin(reader.cluster, remote),
                  istiodObjects(reader.cluster),
                  readerAccount(remote),
                  // An edited one may lead to another address.
                  appliedObject(reader.cluster, {
                    group: "",
                    kind: "Secret",
                    namespace: istioNamespace,
                    name: remoteSecretName(remote),
                  }),
                ],
              }),
            ];
      }),
    ];
  },
};

function silent(one: ReachedCluster, pod: IstiodPod): Finding {
  return problem("ISM437", {
    detail: `${pod.name} of ${one.cluster} does not say what it knows: ${pod.problem}.`,
    fix: `Where it goes on like this, restart it. How it is: ${kubectl(one, "-n", istioNamespace, "describe", "pod", pod.name)}`,
    commands: [restart(one, istioNamespace, "istiod")],
    cluster: one.cluster,
    object: { group: "", kind: "Pod", namespace: "istio-system", name: pod.name },
    needs: [istiod(one.cluster), nodes(one.cluster)],
    provenBy: { own: ["istiod"] },
  });
}
