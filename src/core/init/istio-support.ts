import type { IstioRelease } from "../releases/istio-releases.ts";
import { compareMinor, istioReleases, minorOf, releaseOf } from "../releases/istio-releases.ts";

/** A cluster and its Kubernetes version as the cluster writes it (`v1.33.1+rke2r1`); undefined where it is not known. */
export interface ClusterVersion {
  readonly name: string;
  readonly kubernetesVersion: string | undefined;
}

/**
 * What has to be said where this Istio is not for the Kubernetes of a cluster:
 * one sentence per such cluster, and one that names the newest Istio for all
 * of them. Empty when there is nothing to say or nothing is known.
 */
export function remarkUnsupported(istioVersion: string, clusters: readonly ClusterVersion[]): readonly string[] {
  const release = releaseOf(istioVersion);
  const known = clusters.flatMap(({ name, kubernetesVersion = "" }) =>
    /^v?\d+\.\d+/.test(kubernetesVersion) ? [{ name, minor: minorOf(kubernetesVersion).replace(/\D+$/, "") }] : [],
  );
  const outside = release === undefined ? [] : known.filter(({ minor }) => !covers(release, minor));
  if (release === undefined || outside.length === 0) {
    return [];
  }
  const { oldest, newest } = release.kubernetes;
  const fitting = istioReleases.findLast((one) => known.every(({ minor }) => covers(one, minor)));
  return [
    ...outside.map(
      ({ name, minor }) => `${name} runs Kubernetes ${minor}; Istio ${release.minor} is for ${oldest} to ${newest}.`,
    ),
    fitting === undefined
      ? "No Istio is for the Kubernetes versions of all these clusters: upgrade the oldest of them first."
      : `The newest Istio for all these clusters is ${fitting.minor}: write its newest patch release here.`,
  ];
}

function covers({ kubernetes }: IstioRelease, minor: string): boolean {
  return compareMinor(minor, kubernetes.oldest) >= 0 && compareMinor(minor, kubernetes.newest) <= 0;
}
