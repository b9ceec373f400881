import type { KubeObject } from "../../core/model/kube-object.ts";
import type { ClusterPlatform } from "../clusters/cluster-platform.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import { openMeshWhile } from "../clusters/open-mesh.ts";
import type { ResolvedClusters } from "../clusters/resolve-contexts.ts";
import { generateIstioManifests } from "../manifests/istio-manifests.ts";
import type { ReadManifests } from "../manifests/service-manifests.ts";
import { readServiceManifests } from "../manifests/service-manifests.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, ProgramLookup, RunOptions } from "../options.ts";
import { readsRemotes } from "../trust/known-credentials.ts";

/** A mesh that is open, and what a plan needs of files and programs. */
export interface OpenedMesh {
  readonly open: OpenMesh;
  /** Istio's own objects, by cluster. */
  readonly istioManifests: Readonly<Record<string, readonly KubeObject[]>>;
  readonly services: ReadManifests;
}

type OpeningOptions = RunOptions & AccessOptions & ProgramLookup;

/**
 * Opens a mesh for a plan, and renders Istio's manifests while the clusters
 * are asked. `onLate` gets what is there so far when some clusters are late
 * (`OpenOptions`), and a way to wait until a plan of that can be made, which rejects when Istio's manifests cannot be
 * made. Whoever asked for it closes the mesh; nothing is left open when it rejects.
 */
export async function openForPlan(
  meshFile: MeshFile,
  options: OpeningOptions,
  onLate?: (soFar: OpenMesh, opened: () => Promise<OpenedMesh>) => void,
): Promise<OpenedMesh> {
  // What is wrong in a file is reported before any cluster is asked.
  const services = await readServiceManifests(meshFile, options);
  let rendering: Promise<OpenedMesh["istioManifests"]> | undefined;
  const { open, result: istioManifests } = await openMeshWhile(
    meshFile,
    {
      ...options,
      remotes: readsRemotes(meshFile.mesh),
      rancherLocal: true,
      installed: true,
      onLate: (soFar) => {
        const rendered = rendering;
        if (rendered !== undefined) {
          onLate?.(soFar, async () => ({ open: soFar, istioManifests: await rendered, services }));
        }
      },
    },
    async (resolved, signal) => {
      rendering = render(meshFile, resolved, { ...options, signal });
      return rendering;
    },
  );
  return { open, istioManifests, services };
}

/** The same of a mesh that is open already, with `rancherLocal`, `installed` and the `remotes` of `readsRemotes`. */
export async function openedForPlan(meshFile: MeshFile, open: OpenMesh, options: OpeningOptions): Promise<OpenedMesh> {
  const services = await readServiceManifests(meshFile, options);
  return { open, istioManifests: await render(meshFile, open, options), services };
}

async function render(
  meshFile: MeshFile,
  resolved: ResolvedClusters,
  options: OpeningOptions,
): Promise<OpenedMesh["istioManifests"]> {
  return generateIstioManifests(meshFile.mesh, platformsOf(resolved), { ...options, locate: meshFile.locate });
}

/** What each cluster's platform asks of Istio, by the cluster's name; of those that there is a way to. */
export function platformsOf({ clusters }: ResolvedClusters): Readonly<Record<string, ClusterPlatform>> {
  return Object.fromEntries(
    clusters.flatMap((one) => (one.kind === "found" ? [[one.cluster.name, one.platform] as const] : [])),
  );
}
