import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { ClusterPlan, Plan } from "../../core/plan/plan.ts";
import type { Materials } from "../../core/render/materials.ts";
import { managementTarget } from "../../core/render/names.ts";
import { renderIstioConfig } from "../../core/render/istio-config.ts";
import { renderCluster, renderManagement } from "../../core/render/render-mesh.ts";
import { KubeError } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { adviseMesh } from "../../core/advice/advise-mesh.ts";
import { adviseAccess } from "./preflight/cluster-access.ts";
import type { Connected, Connection, OpenMesh } from "../clusters/connect-clusters.ts";
import {
  closeConnections,
  connectClusters,
  refuseSharedClusters,
  resolveContexts,
} from "../clusters/connect-clusters.ts";
import { readServiceManifests } from "../manifests/service-manifests.ts";
import { findInvalidConfig } from "./preflight/istio-validation.ts";
import { generateIstioManifests } from "../manifests/istio-manifests.ts";
import { findVersionProblems } from "./preflight/kubernetes-version.ts";
import { findLocalityDifferences } from "./preflight/node-locality.ts";
import { connectManagement } from "../clusters/rancher-local-cluster.ts";
import { findForeignMeshes } from "./preflight/mesh-membership.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { inventoryOf, planCluster } from "./plan-cluster.ts";
import { findRefusedServiceAccounts } from "./preflight/rancher-service-accounts.ts";
import { keptTokens } from "../trust/rancher-tokens.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import { closeRancher, explainRancherError } from "../clusters/rancher-link.ts";
import { remoteCredentialOf } from "../trust/remote-credential.ts";
import { refuseUnknownKinds } from "./preflight/force-conflicts-kinds.ts";
import type { Scope } from "../clusters/scope.ts";
import { bystandersOf, isInScope, isManagedInScope, limitManagement, withoutCredential } from "../clusters/scope.ts";
import type { TrustPlan } from "../trust/plan-trust.ts";
import { planTrust } from "../trust/plan-trust.ts";

/** Bounds what is held of API servers' answers at once; large enough that some slow clusters leave room for the others. */
const plannedAtATime = 12;

/** A plan with what carrying it out needs. The connections are open until `close`, which whoever asked for the plan calls. */
export interface PreparedPlan {
  readonly meshFile: MeshFile;
  readonly plan: Plan;
  readonly scope: Scope;
  readonly connections: readonly Connection[];
  /** Rancher's local cluster, where the mesh has something there. */
  readonly management: Connection | undefined;
  readonly rancher: RancherState;
  readonly materials: Materials;
  readonly trust: TrustPlan;
  /** True when some reachable cluster already carries this mesh. */
  readonly established: boolean;
  readonly warnings: readonly Diagnostic[];
  readonly close: () => Promise<void>;
}

/**
 * What an apply would change, by server-side dry-run on every cluster side by
 * side. Changes nothing, makes no root. Throws one UserError for whatever
 * makes the whole plan wrong (unknown contexts, foreign meshes or roots, a
 * refused object); a cluster that does not answer is part of the plan instead.
 * Clusters outside the `scope` are read for what joining needs and are no part
 * of the plan, whether they answer or not. With `given` connections (opened
 * with `readsRemotes`) those are used, and stay open.
 */
export async function preparePlan(
  meshFile: MeshFile,
  options: EngineOptions,
  scope: Scope = [],
  given?: OpenMesh,
): Promise<PreparedPlan> {
  // First of all: what is wrong in a file is told before any cluster is asked.
  const { manifests, warnings } = await readServiceManifests(meshFile, options);
  const ways = given ?? (await resolveContexts(meshFile, options));
  const open: Connection[] = [];
  const close = async (): Promise<void> => {
    await Promise.all([closeConnections(open), ...(given === undefined ? [closeRancher(ways.rancher)] : [])]);
  };
  try {
    const found = ways.clusters.filter((one) => one.kind === "found");
    const platforms = Object.fromEntries(found.map((one) => [one.cluster.name, one.platform]));
    const [connections, management, istioManifests] = await Promise.all([
      given?.connections ??
        connectClusters(ways.clusters, { ...options, remotes: readsRemotes(meshFile) }).then((all) =>
          remember(open, all),
        ),
      connectManagement(meshFile.mesh, ways.rancher, options).then((one) => {
        remember(open, one === undefined ? [] : [one]);
        return one;
      }),
      generateIstioManifests(meshFile.mesh, platforms, { ...options, locate: meshFile.locate }),
    ]);
    refuseSharedClusters(meshFile, connections);
    const connected = connections.filter((one) => one.kind === "connected");
    const trust = await planTrust(meshFile, connected, options);
    const members = connected.filter((one) => isInScope(scope, one.cluster.name));
    const versions = findVersionProblems(meshFile.mesh, members);
    refuse([
      ...findForeignMeshes(meshFile.mesh.name, members),
      ...trust.problems,
      ...versions.errors,
      ...(ways.rancher.kind === "linked"
        ? await findRefusedServiceAccounts(meshFile.mesh, ways.rancher.link, options)
        : []),
    ]);
    const materials: Materials = {
      platforms,
      istioManifests,
      ...manifests,
      authorities: keptAuthorities(connected, trust),
      remoteCredentials: await knownCredentials(meshFile, connected, ways.rancher, options),
      apiAddresses: Object.fromEntries(found.map((one) => [one.cluster.name, one.context.server])),
      ingressAddresses: Object.fromEntries(connected.map((one) => [one.cluster.name, one.facts.ingressAddresses])),
    };
    const istioctls = Object.values(platforms).flatMap(({ istioctl }) => istioctl ?? []);
    const config = renderIstioConfig(meshFile.mesh, materials);
    refuse(await findInvalidConfig(meshFile, config, istioctls, options));
    const { plans: clusters, warnings: unasked } = await planClusters(
      meshFile,
      materials,
      { connections, management, scope },
      options,
    );
    const outOfScope = bystandersOf(meshFile.mesh, scope);
    return {
      meshFile,
      plan: { mesh: meshFile.mesh.name, clusters, ...(outOfScope.length === 0 ? {} : { outOfScope }) },
      scope,
      connections,
      management,
      rancher: ways.rancher,
      materials,
      trust,
      established: connected.some((one) => inventoryOf(one, meshFile.mesh.name).items.length > 0),
      warnings: [
        ...meshFile.warnings,
        ...adviseMesh(meshFile.mesh, meshFile.locate),
        ...warnings,
        ...adviseAccess(meshFile.mesh, found),
        ...rancherWarnings(ways.rancher),
        ...trust.warnings,
        ...versions.warnings,
        ...members.flatMap(findLocalityDifferences),
        ...unasked,
      ],
      close,
    };
  } catch (error) {
    await close();
    throw explainRancherError(error);
  }
}

/** Whether a plan has to know what remote secrets say already. */
export function readsRemotes({ mesh }: MeshFile): boolean {
  return mesh.access.credentials === "rancherToken";
}

function remember(open: Connection[], all: readonly Connection[]): readonly Connection[] {
  open.push(...all);
  return all;
}

function rancherWarnings(rancher: RancherState): readonly Diagnostic[] {
  return rancher.kind === "linked" ? (rancher.link.access.warnings ?? []) : [];
}

function refuse(problems: readonly Diagnostic[]): void {
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.failed);
  }
}

function keptAuthorities(connected: readonly Connected[], trust: TrustPlan): Materials["authorities"] {
  const kept = connected.flatMap((one) => {
    const { authority } = one.facts;
    const keeps = trust.verdicts[one.cluster.name]?.action === "keep" && authority !== undefined;
    return keeps ? [[one.cluster.name, authority] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** The credentials that every cluster may keep for every other one. */
async function knownCredentials(
  meshFile: MeshFile,
  connected: readonly Connected[],
  rancher: RancherState,
  options: EngineOptions,
): Promise<Materials["remoteCredentials"]> {
  if (meshFile.mesh.access.credentials === "rancherToken") {
    return rancher.kind === "linked" ? keptTokens(meshFile.mesh, connected, rancher.link, options) : {};
  }
  const known = Object.fromEntries(
    connected.flatMap((one) =>
      one.facts.reader === undefined ? [] : [[one.cluster.name, remoteCredentialOf(one, one.facts.reader)] as const],
    ),
  );
  // A service account's token is the same for all that read the cluster.
  return Object.fromEntries(meshFile.mesh.clusters.map((reader) => [reader.name, known]));
}

async function planClusters(
  meshFile: MeshFile,
  materials: Materials,
  { connections, management, scope }: Pick<PreparedPlan, "connections" | "management" | "scope">,
  options: EngineOptions,
): Promise<{ readonly plans: readonly ClusterPlan[]; readonly warnings: readonly Diagnostic[] }> {
  const { mesh } = meshFile;
  tolerateListeners(options.signal);
  const limiter = createLimiter(plannedAtATime);
  const unreachable = new Set(connections.filter((one) => one.kind === "unreachable").map((one) => one.cluster.name));
  const targets = [
    ...(management === undefined ? [] : [management]),
    ...connections.filter((one) => isInScope(scope, one.cluster.name)),
  ];
  const refused: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  const kinds = new Set<string>();
  const plans = await Promise.all(
    targets.map(async (one): Promise<ClusterPlan> => {
      if (one.kind === "unreachable") {
        return { kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic };
      }
      try {
        return await limiter.run(options.signal, async () => {
          const isManagement = one.cluster.name === managementTarget;
          const objects = isManagement
            ? renderManagement(mesh).filter(({ object }) => isManagedInScope(mesh, scope, object.metadata))
            : renderCluster(mesh, one.cluster, materials).objects;
          for (const { object } of objects) {
            kinds.add(object.kind);
          }
          const plan = await planCluster(one, mesh.name, objects, {
            unreachable,
            withoutCredential: withoutCredential(mesh, scope, connections),
            refused,
            warnings,
            continueOnRefusal: options.continueOnRefusal,
            force: options.forceConflicts,
            adopt: options.adopt,
            signal: options.signal,
          });
          return isManagement ? limitManagement(plan, mesh, scope) : plan;
        });
      } catch (error) {
        if (!(error instanceof KubeError)) {
          throw error;
        }
        return {
          kind: "unreachable",
          cluster: one.cluster.name,
          diagnostic: await diagnoseKubeError(error, one.cluster.name),
        };
      }
    }),
  );
  refuseUnknownKinds(options.forceConflicts, kinds);
  refuse(refused);
  return { plans, warnings };
}
