import type { EngineOptions } from "../options.ts";
import type { Materials } from "../../core/render/materials.ts";
import type { RenderedMesh } from "../../core/render/render-mesh.ts";
import { renderMesh } from "../../core/render/render-mesh.ts";
import { resolveClusterContext } from "../connect.ts";
import { readServiceManifests } from "../facts/service-manifests.ts";
import type { ClusterPlatform } from "../istio-manifests.ts";
import { generateIstioManifests } from "../istio-manifests.ts";
import type { MeshFile } from "../mesh-file.ts";

/**
 * Every object that isthmus would own, without asking any cluster. Keys and
 * credentials are not made: their places hold a value that says so, and show
 * only as a fingerprint. A context that is not in any kubeconfig is no
 * problem here: its cluster is then rendered without what a sandbox asks for.
 */
export async function renderOffline(meshFile: MeshFile, options: EngineOptions): Promise<RenderedMesh> {
  const { mesh } = meshFile;
  const platforms: Record<string, ClusterPlatform> = {};
  const apiAddresses: Record<string, string> = {};
  for (const cluster of mesh.clusters) {
    const way =
      cluster.access.kind === "context"
        ? await resolveClusterContext(meshFile, cluster, cluster.access, options)
        : undefined;
    const found = way?.kind === "found" ? way : undefined;
    platforms[cluster.name] = found?.platform ?? { values: {} };
    if (found !== undefined) {
      apiAddresses[cluster.name] = found.context.server;
    }
  }
  const materials: Materials = {
    platforms,
    istioManifests: await generateIstioManifests(mesh, platforms, options),
    serviceManifests: await readServiceManifests(meshFile),
    authorities: {},
    remoteCredentials: {},
    apiAddresses,
    ingressAddresses: {},
  };
  return renderMesh(mesh, materials);
}
