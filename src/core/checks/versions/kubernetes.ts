import { errorOf, warningOf } from "../../diagnostics/coded.ts";
import { compareMinor, effectiveRelease, minorOf, refusesKubernetes } from "../../releases/istio-releases.ts";
import type { Check, Finding } from "../check.ts";
import { reachedClusters } from "../reached.ts";

/** The rule by which an apply refuses as well; here it is told before. */
export const kubernetes: Check = {
  id: "versions/kubernetes",
  sentence: "this Istio supports the clusters' Kubernetes",
  pre: true,
  run: (facts) => {
    const release = effectiveRelease(facts.mesh.istioVersion);
    const { oldest, newest } = release.kubernetes;
    // What somebody else has installed runs already.
    const judged = facts.mesh.install === "existing" ? [] : reachedClusters(facts);
    return judged.flatMap(({ cluster, kubernetesVersion }): readonly Finding[] => {
      const minor = minorOf(kubernetesVersion);
      const why = refusesKubernetes(release, minor);
      if (why !== undefined) {
        return [
          {
            ...errorOf("ISM214"),
            detail: `Cluster ${cluster} has Kubernetes ${kubernetesVersion}, and Istio ${facts.mesh.istioVersion} cannot be installed there: ${why}.`,
            fix: `Choose another spec.istio.version, or bring the cluster to a Kubernetes of ${oldest} to ${newest}.`,
            cluster,
          },
        ];
      }
      return compareMinor(minor, oldest) >= 0 && compareMinor(minor, newest) <= 0
        ? []
        : [
            {
              ...warningOf("ISM215"),
              detail: `Cluster ${cluster} has Kubernetes ${kubernetesVersion}; Istio ${release.minor} supports ${oldest} to ${newest}.`,
              fix: "Choose an Istio that supports it, or go on if you have tried it.",
              cluster,
            },
          ];
    });
  },
};
