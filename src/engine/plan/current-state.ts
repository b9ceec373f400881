import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { ClusterContext, Connected, ResolvedClusters } from "../clusters/connect-clusters.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import type { ClusterPlatform } from "../clusters/cluster-platform.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import { closeMesh, openMeshWhile } from "../clusters/open-mesh.ts";
import type { Scope } from "../clusters/scope.ts";
import { isInScope } from "../clusters/scope.ts";
import { generateIstioManifests } from "../manifests/istio-manifests.ts";
import type { ServiceManifests } from "../manifests/service-manifests.ts";
import { readServiceManifests } from "../manifests/service-manifests.ts";
import type { CertificateOptions, CertificatePlan } from "../front-door/plan-certificates.ts";
import { planCertificates } from "../front-door/plan-certificates.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, ProgramLookup, RunOptions } from "../options.ts";
import { readsRemotes } from "../trust/known-credentials.ts";
import type { TrustPlan } from "../trust/plan-trust.ts";
import { planTrust } from "../trust/plan-trust.ts";

/** Everything that a plan starts from, as it is now: the clusters, the mesh's trust and the manifests of Istio and the services. */
export interface CurrentState {
  /** With what is drained, as the clusters record it. */
  readonly meshFile: MeshFile;
  /** The clusters that are written to. */
  readonly scope: Scope;
  readonly open: OpenMesh;
  /** The clusters of the mesh file with a way to them, whether they answer or not. */
  readonly found: readonly ClusterContext[];
  /** Those that answer. */
  readonly connected: readonly Connected[];
  /** Those that answer and are written to. */
  readonly members: readonly Connected[];
  readonly platforms: Readonly<Record<string, ClusterPlatform>>;
  readonly istioManifests: Readonly<Record<string, readonly KubeObject[]>>;
  readonly services: ServiceManifests;
  readonly trust: TrustPlan;
  /** What is to be done about the certificates that isthmus orders. */
  readonly certificates: CertificatePlan;
  /** What has to be said of the services' manifests and of certificates. */
  readonly warnings: readonly Diagnostic[];
  /** Ends the connections that were opened for it. */
  readonly close: () => Promise<void>;
}

export type ReadOptions = RunOptions & AccessOptions & ProgramLookup & Pick<CertificateOptions, "askWhenToRenew">;

/**
 * Reads the current state; changes nothing and makes no root. Istio's manifests
 * are rendered while the clusters are asked. With a mesh that is `given`, opened
 * with `rancherLocal`, `installed` and the `remotes` of `readsRemotes`, that one is used and
 * stays open. Nothing else is left open when it rejects.
 */
export async function readCurrent(
  meshFile: MeshFile,
  { scope, given }: { readonly scope: Scope; readonly given: OpenMesh | undefined },
  options: ReadOptions,
): Promise<CurrentState> {
  // What is wrong in a file is reported before any cluster is asked.
  const { manifests, warnings } = await readServiceManifests(meshFile, options);
  const render = async (resolved: ResolvedClusters, signal: AbortSignal): Promise<CurrentState["istioManifests"]> =>
    generateIstioManifests(meshFile.mesh, platformsOf(resolved), { ...options, signal, locate: meshFile.locate });
  const opening = { ...options, remotes: readsRemotes(meshFile.mesh), rancherLocal: true, installed: true };
  const { open, result: istioManifests } =
    given === undefined
      ? await openMeshWhile(meshFile, opening, render)
      : { open: given, result: await render(given, options.signal) };
  const close = async (): Promise<void> => (given === undefined ? closeMesh(open) : undefined);
  try {
    const connected = open.connections.filter((one) => one.kind === "connected");
    const certificates = await planCertificates(meshFile, connected, options);
    return {
      meshFile: withDrainsOf(meshFile, open.connections),
      scope,
      open,
      found: open.clusters.filter((one) => one.kind === "found"),
      connected,
      members: connected.filter((one) => isInScope(scope, one.cluster.name)),
      platforms: platformsOf(open),
      istioManifests,
      services: manifests,
      trust: await planTrust(meshFile, connected, options),
      certificates,
      warnings: [...warnings, ...certificates.warnings],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function platformsOf({ clusters }: ResolvedClusters): CurrentState["platforms"] {
  return Object.fromEntries(
    clusters.flatMap((one) => (one.kind === "found" ? [[one.cluster.name, one.platform] as const] : [])),
  );
}
