import { availableParallelism } from "node:os";
import type { Mesh } from "../../core/model/mesh.ts";
import { renderIstioOperators } from "../../core/render/istio-operator.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { findIstioctl } from "../../providers/istioctl/find-istioctl.ts";
import { generateManifests } from "../../providers/istioctl/generate-manifests.ts";
import type { IstioRenderer, ManifestOptions } from "./istio-renderer.ts";
import type { ClusterPlatform } from "../clusters/cluster-platform.ts";

/** Makes Istio's own objects of a cluster, control plane and east-west gateway, through istioctl. */
export function renderByIstioctl(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: ManifestOptions,
): IstioRenderer {
  const candidates = Object.values(platforms).flatMap((platform) =>
    platform.istioctl === undefined ? [] : [platform.istioctl],
  );
  tolerateListeners(options.signal);
  // Each has a processor for a second.
  const limiter = createLimiter(availableParallelism());
  let found: Promise<string> | undefined;
  const istioctl = async (): Promise<string> => {
    found ??= findIstioctl({
      version: mesh.istio.version,
      env: options.env,
      candidates: [...new Set([...candidates, ...options.istioctlCandidates])],
    });
    return found;
  };
  return async (cluster) => {
    const operators = renderIstioOperators(mesh, cluster, platforms[cluster.name] ?? { values: {} });
    const settings = {
      istioctl,
      version: mesh.istio.version,
      cacheDir: options.cacheDir,
      cluster: cluster.name,
      signal: options.signal,
    };
    const parts = await Promise.all(
      [operators.controlPlane, operators.eastWest ?? []]
        .flat()
        .map(async (operator) => limiter.run(options.signal, async () => generateManifests(operator, settings))),
    );
    return parts.flat();
  };
}
