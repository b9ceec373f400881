import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { ClusterPlatform } from "../clusters/cluster-platform.ts";
import type { ClusterContext, Connected } from "../clusters/connect-clusters.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import type { Scope } from "../clusters/scope.ts";
import { isInScope } from "../clusters/scope.ts";
import type { CertificateOptions, CertificatePlan } from "../front-door/plan-certificates.ts";
import { planCertificates } from "../front-door/plan-certificates.ts";
import type { ServiceManifests } from "../manifests/service-manifests.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, ProgramLookup, RunOptions } from "../options.ts";
import type { TrustPlan } from "../trust/plan-trust.ts";
import { planTrust } from "../trust/plan-trust.ts";
import type { OpenedMesh } from "./open-for-plan.ts";
import { platformsOf } from "./open-for-plan.ts";

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
}

export type ReadOptions = RunOptions & AccessOptions & ProgramLookup & Pick<CertificateOptions, "askWhenToRenew">;

/**
 * Reads the current state of a mesh that is open (`openForPlan`); changes
 * nothing, makes no root, and closes nothing.
 */
export async function readCurrent(
  meshFile: MeshFile,
  { scope, opened }: { readonly scope: Scope; readonly opened: OpenedMesh },
  options: ReadOptions,
): Promise<CurrentState> {
  const { open, istioManifests, services } = opened;
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
    services: services.manifests,
    trust: await planTrust(meshFile, connected, options),
    certificates,
    warnings: [...services.warnings, ...certificates.warnings],
  };
}
