import type { EngineOptions } from "../options.ts";
import type { Materials } from "../../core/render/materials.ts";
import type { RenderedMesh } from "../../core/render/render-mesh.ts";
import { renderMesh } from "../../core/render/render-mesh.ts";
import { resolveContext } from "../../kube/kubeconfig/resolve-context.ts";
import { platformOf } from "../connect.ts";
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
  const platforms: Record<string, ClusterPlatform> = {};
  for (const cluster of meshFile.mesh.clusters) {
    const resolved =
      cluster.access.kind === "context"
        ? await resolveContext({
            cluster: cluster.name,
            context: cluster.access.context,
            env: options.env,
            extraFiles: options.extraKubeconfigs,
            ...(options.kubeconfig === undefined ? {} : { kubeconfigFlag: options.kubeconfig }),
          })
        : undefined;
    platforms[cluster.name] = resolved?.kind === "resolved" ? platformOf(resolved.context) : { values: {} };
  }
  const materials: Materials = {
    platforms,
    istioManifests: await generateIstioManifests(meshFile.mesh, platforms, options),
    serviceManifests: await readServiceManifests(meshFile),
    authorities: {},
    remoteCredentials: {},
  };
  return renderMesh(meshFile.mesh, materials);
}
