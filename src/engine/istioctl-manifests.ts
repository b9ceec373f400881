import type { KubeObject } from "../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../core/model/mesh.ts";
import { renderIstioOperators } from "../core/render/istio-operator.ts";
import { findIstioctl } from "../providers/istioctl/find-istioctl.ts";
import { generateManifests } from "../providers/istioctl/generate-manifests.ts";
import type { ClusterPlatform, ManifestOptions } from "./istio-manifests.ts";

/** Istio's own objects for every cluster, control plane and east-west gateway, through istioctl. */
export async function generateByIstioctl(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: ManifestOptions,
): Promise<Readonly<Record<string, readonly KubeObject[]>>> {
  const candidates = Object.values(platforms).flatMap((platform) =>
    platform.istioctl === undefined ? [] : [platform.istioctl],
  );
  let found: Promise<string> | undefined;
  const istioctl = async (): Promise<string> => {
    found ??= findIstioctl({
      version: mesh.istio.version,
      env: options.env,
      candidates: [...new Set([...candidates, ...options.istioctlCandidates])],
    });
    return found;
  };
  const generate = async (cluster: Cluster): Promise<readonly [string, readonly KubeObject[]]> => {
    const operators = renderIstioOperators(mesh, cluster, platforms[cluster.name] ?? { values: {} });
    const settings = {
      istioctl,
      version: mesh.istio.version,
      cacheDir: options.cacheDir,
      cluster: cluster.name,
      signal: options.signal,
    };
    const parts = await Promise.all([
      generateManifests(operators.controlPlane, settings),
      generateManifests(operators.eastWest, settings),
    ]);
    return [cluster.name, parts.flat()];
  };
  return Object.fromEntries(await Promise.all(mesh.clusters.map(generate)));
}
