import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../../core/diagnostics/coded.ts";
import type { Mesh } from "../../../core/model/mesh.ts";
import {
  compareMinor,
  effectiveRelease,
  istioReleases,
  minorOf,
  refusesKubernetes,
} from "../../../core/releases/istio-releases.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** A Kubernetes that the mesh's Istio cannot be installed on (error), or that Istio does not support (warning). */
export const kubernetesVersion: PreflightRule = {
  name: "kubernetes-version",
  // An Istio that somebody else has installed runs already.
  find: ({ meshFile, members }) =>
    meshFile.mesh.istio.install === "existing" ? [] : findVersionProblems(meshFile.mesh, members),
};

/**
 * Clusters whose Kubernetes the mesh's Istio does not support: an error where
 * the installation cannot work, with the nearest release that does, and a
 * warning outside the range that Istio supports.
 */
export function findVersionProblems(mesh: Mesh, connected: readonly Connected[]): readonly Diagnostic[] {
  return connected.flatMap((one) => judge(mesh, one.cluster.name, one.facts.kubernetesVersion));
}

function judge(mesh: Mesh, cluster: string, kubernetes: string): readonly Diagnostic[] {
  const release = effectiveRelease(mesh.istio.version);
  const { oldest, newest } = release.kubernetes;
  const minor = minorOf(kubernetes);
  const why = refusesKubernetes(release, minor);
  if (why !== undefined) {
    const fitting = istioReleases.filter((one) => refusesKubernetes(one, minor) === undefined);
    const nearest = compareMinor(minor, oldest) < 0 ? fitting.at(-1) : fitting[0];
    return [
      {
        ...errorOf("ISM214"),
        detail: `Cluster ${cluster} has Kubernetes ${kubernetes}, and Istio ${mesh.istio.version} cannot be installed there: ${why}. Nothing was changed.`,
        fix:
          nearest === undefined
            ? `Upgrade the cluster to Kubernetes ${oldest} or newer.`
            : `Write an Istio ${nearest.minor} as spec.istio.version, the nearest that can, or bring the cluster to a Kubernetes of ${oldest} to ${newest}.`,
        cluster,
      },
    ];
  }
  if (compareMinor(minor, oldest) >= 0 && compareMinor(minor, newest) <= 0) {
    return [];
  }
  return [
    {
      ...warningOf("ISM215"),
      detail: `Cluster ${cluster} has Kubernetes ${kubernetes}; Istio ${release.minor} supports ${oldest} to ${newest}. It may well work, and nobody promises it.`,
      fix: "Choose an Istio that supports it (istio.io, supported releases), or go on if you have tried it.",
      cluster,
    },
  ];
}
