import { availableParallelism } from "node:os";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import type { PlacedObject } from "../../core/render/place-objects.ts";
import type { RenderedCluster } from "../../core/render/render-mesh.ts";
import { renderCluster, renderRancherLocal } from "../../core/render/render-mesh.ts";
import { hasNamedGateway } from "../../core/routing/east-west-place.ts";
import { rememberKubeconfigs } from "../../kube/kubeconfig/load-kubeconfigs.ts";
import { resolveClusterContext } from "../clusters/resolve-contexts.ts";
import { readServiceManifests } from "../manifests/service-manifests.ts";
import type { ClusterPlatform } from "../clusters/cluster-platform.ts";
import { createIstioRenderer } from "../manifests/istio-manifests.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, ProgramLookup, RunOptions } from "../options.ts";
import { mapAhead } from "../progress/map-ahead.ts";
import { startSlowTask } from "../progress/slow-task.ts";

/** What is rendered, cluster by cluster: of a thousand clusters only a few are in memory. */
export interface OfflineRender {
  /** For Rancher's local cluster. Empty when one cluster alone was asked for. */
  readonly rancherLocal: readonly PlacedObject[];
  /** What has to be said of the services' manifests. */
  readonly warnings: readonly Diagnostic[];
  /** In the order of the mesh file; to be read once. Rejects with what istioctl has to say. */
  readonly clusters: AsyncIterable<RenderedCluster>;
}

export type RenderOptions = RunOptions & AccessOptions & ProgramLookup;

/**
 * Every object that isthmus would own, or those of the cluster `only`, without
 * asking any cluster; a UserError (65) where it depends on what clusters have. Keys and credentials are not made: their places hold a
 * value that says so, and show only as a fingerprint. A context that is not in
 * any kubeconfig is no problem here: its cluster is then rendered without what a sandbox asks for.
 */
export async function renderOffline(meshFile: MeshFile, options: RenderOptions, only?: string): Promise<OfflineRender> {
  const { mesh } = meshFile;
  refuseWhatIsFound(meshFile);
  const asked = mesh.clusters.filter((cluster) => only === undefined || cluster.name === only);
  // Of all clusters: network policies of one open the way to the API servers of the others.
  const { platforms, apiAddresses } = await findClusters(meshFile, options);
  const { manifests, warnings } = await readServiceManifests(meshFile, options);
  const istioObjects = await createIstioRenderer(mesh, platforms, { ...options, locate: meshFile.locate });
  const render = async (cluster: Cluster): Promise<RenderedCluster> =>
    renderCluster(mesh, cluster, {
      platforms,
      istioManifests: { [cluster.name]: await istioObjects(cluster) },
      ...manifests,
      authorities: {},
      remoteCredentials: {},
      apiAddresses,
      ingressAddresses: {},
    });
  return {
    warnings,
    rancherLocal: only === undefined ? renderRancherLocal(mesh) : [],
    clusters: withProgress(mesh, asked.length, mapAhead(asked, 2 * availableParallelism(), render), options),
  };
}

/** What somebody has installed is found by asking the clusters only: a UserError (65). */
function refuseWhatIsFound({ mesh, locate }: MeshFile): void {
  const found =
    mesh.istio.install === "existing"
      ? [
          {
            why: "With install: existing the injection labels of namespaces and the east-west gateway depend on the revision and the gateways that each cluster has",
            path: ["spec", "istio", "install"],
          },
        ]
      : mesh.clusters.flatMap((cluster, index) =>
          hasNamedGateway(cluster)
            ? [
                {
                  why: `Which pods the Gateway cross-network-gateway of ${cluster.name} opens is said by the Service that eastWest.service names`,
                  path: ["spec", "clusters", index, "eastWest", "service"],
                },
              ]
            : [],
        );
  if (found.length > 0) {
    const diagnostics = found.map(({ why, path }): Diagnostic => ({
      ...errorOf("ISM580"),
      detail: `${why}, and no cluster is asked here.`,
      fix: "See what an apply would make with isthmus plan, which asks the clusters.",
      range: locate(path),
    }));
    throw new UserError(diagnostics, exitCodes.invalidMeshFile);
  }
}

interface Found {
  readonly platforms: Readonly<Record<string, ClusterPlatform>>;
  readonly apiAddresses: Readonly<Record<string, string>>;
}

async function findClusters(meshFile: MeshFile, options: AccessOptions): Promise<Found> {
  const platforms: Record<string, ClusterPlatform> = {};
  const apiAddresses: Record<string, string> = {};
  const load = rememberKubeconfigs();
  for (const cluster of meshFile.mesh.clusters) {
    const way =
      cluster.access.kind === "context"
        ? await resolveClusterContext(meshFile, cluster, cluster.access, { ...options, load })
        : undefined;
    const found = way?.kind === "found" ? way : undefined;
    platforms[cluster.name] = found?.platform ?? { values: {} };
    if (found !== undefined) {
      apiAddresses[cluster.name] = found.context.server;
    }
  }
  return { platforms, apiAddresses };
}

async function* withProgress(
  mesh: Mesh,
  count: number,
  clusters: AsyncIterable<RenderedCluster>,
  options: Pick<RunOptions, "now" | "onEvent">,
): AsyncGenerator<RenderedCluster, void, undefined> {
  const task = startSlowTask(mesh.name, "rendering", options);
  let done = 0;
  try {
    for await (const one of clusters) {
      done += 1;
      task.note(`${one.cluster}, ${done} of ${count}`);
      yield one;
    }
  } finally {
    task.end();
  }
}
