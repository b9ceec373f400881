import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { restart } from "../commands.ts";
import { meshClusters } from "../reached.ts";
import { istiod, istiodObjects, rootInNamespace } from "../subjects.ts";

/** istiod gives a namespace up after six tries within a quarter of a second, and looks again when it changes. */
export const rootCertificate: Check = {
  id: "control-plane/root-certificate",
  sentence: "istiod has written its root certificate into every namespace",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.namespaces
        .filter((namespace) => namespace.roots === undefined)
        .map(({ name }) =>
          problem("ISM453", {
            detail: `Namespace ${name} of ${one.cluster} has no ConfigMap istio-ca-root-cert: pods with a proxy that start there hang with "FailedMount".`,
            fix: `Have istiod write it by a restart. If it is not there after that, istiod's log says why ("error when creating configmap").`,
            commands: [restart(one, istioNamespace, "istiod")],
            cluster: one.cluster,
            object: { group: "", kind: "ConfigMap", namespace: name, name: "istio-ca-root-cert" },
            breaks: [rootInNamespace(one.cluster, name)],
            needs: [istiod(one.cluster), istiodObjects(one.cluster)],
          }),
        ),
    ),
};
