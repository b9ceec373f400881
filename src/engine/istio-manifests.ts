import type { KubeObject } from "../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../core/model/mesh.ts";
import { renderIstioOperators } from "../core/render/istio-operator.ts";
import type { Platform } from "../core/render/materials.ts";
import { findIstioctl } from "../providers/istioctl/find-istioctl.ts";
import { generateManifests } from "../providers/istioctl/generate-manifests.ts";
import type { EngineOptions } from "./options.ts";

/** A platform and the istioctl that its kubeconfig context names, if any. */
export interface ClusterPlatform extends Platform {
  readonly istioctl?: string;
}

/** Istio's own objects for every cluster, control plane and east-west gateway, through istioctl. */
export async function generateIstioManifests(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: Pick<EngineOptions, "env" | "cacheDir" | "signal" | "istioctlCandidates">,
): Promise<Readonly<Record<string, readonly KubeObject[]>>> {
  if (mesh.istio.install === "operator" || mesh.istio.install === "rancher") {
    // Something in the cluster renders Istio's objects there; core renders what it is told.
    return {};
  }
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
