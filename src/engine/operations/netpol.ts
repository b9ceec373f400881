import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { MatrixOptions } from "../../core/netpol/policy-matrix.ts";
import { policyMatrix } from "../../core/netpol/policy-matrix.ts";
import type { PolicySnapshot } from "../../core/netpol/policy-world.ts";
import type { ConnectionTest, ReachMatrices } from "../../core/netpol/results.ts";
import type { Question, Trace } from "../../core/netpol/trace-connection.ts";
import { traceConnection } from "../../core/netpol/trace-connection.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { serviceNamespaces } from "../../core/render/service-namespaces.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { withOpenMesh } from "../clusters/open-mesh.ts";
import { readPolicyWorld } from "../facts/read-policy-world.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import { lookAtCluster } from "../progress/look-at-cluster.ts";
import { requireClusters } from "./scope.ts";

type Options = RunOptions & AccessOptions;

/**
 * Whether NetworkPolicies let a connection come about, and which rules decide.
 * Changes nothing, and sends nothing. Throws a UserError: 64 where an end is
 * not found or is several (ISM553 to ISM555), 69 where it may be in a cluster
 * that does not answer.
 */
export async function testConnection(
  meshFile: MeshFile,
  question: Question,
  options: Options,
): Promise<ConnectionTest> {
  requireClusters(meshFile.mesh, question.cluster === undefined ? [] : [question.cluster]);
  const snapshots = await readWorlds(meshFile, options);
  const worlds = snapshots.filter((one) => one.kind === "reached");
  const unreachable = snapshots.filter((one) => one.kind === "unreachable");
  const trace = traceConnection(worlds, question, meshFile.mesh.services);
  if (trace.kind === "problem") {
    // It may be in one of these.
    const away = unreachable.map(({ diagnostic }) => diagnostic);
    throw new UserError([trace.diagnostic, ...away], away.length > 0 ? exitCodes.unreachable : exitCodes.usage);
  }
  // A Service may have pods in a cluster that does not answer; a pod or an address is where it is.
  return { answer: answerOf(trace), trace, unreachable: trace.everywhere ? unreachable : [] };
}

function answerOf({ paths, otherPolicies }: Trace): ConnectionTest["answer"] {
  if (otherPolicies.length > 0) {
    return "unknown";
  }
  const open = paths.filter((path) => path.open);
  const isProven = open.some((path) => path.unsure !== true);
  const isPartly = open.length > 0 && open.length < paths.length;
  if (open.some((path) => path.unsure === true) && !(isPartly && isProven)) {
    return "unknown";
  }
  return isPartly ? "partly" : open.length === 0 ? "no" : "yes";
}

/** Who may reach whom by NetworkPolicies, in each cluster that is asked for; without namespaces in those of the mesh. Changes nothing. */
export async function readMatrices(
  meshFile: MeshFile,
  selection: MatrixOptions & { readonly clusters: readonly string[] },
  options: Options,
): Promise<ReachMatrices> {
  const { mesh } = meshFile;
  requireClusters(mesh, selection.clusters);
  const namespaces =
    selection.namespaces.length === 0 ? [istioNamespace, ...serviceNamespaces(mesh)] : selection.namespaces;
  const isAsked = (cluster: string): boolean => selection.clusters.length === 0 || selection.clusters.includes(cluster);
  const snapshots = await readWorlds(meshFile, options);
  const worlds = snapshots.filter((one) => one.kind === "reached");
  return {
    matrices: worlds
      .filter((world) => isAsked(world.cluster))
      .map((world) => policyMatrix(world, worlds, { ...selection, namespaces })),
    unreachable: snapshots.filter((one) => one.kind === "unreachable").filter((one) => isAsked(one.cluster)),
  };
}

/** All clusters side by side; one that stops answering meanwhile is one that does not answer. */
async function readWorlds(meshFile: MeshFile, options: Options): Promise<readonly PolicySnapshot[]> {
  return withOpenMesh(meshFile, options, async (open) =>
    Promise.all(open.connections.map(async (one) => readSnapshot(one, options))),
  );
}

async function readSnapshot(one: Connection, options: Options): Promise<PolicySnapshot> {
  const cluster = one.cluster.name;
  if (one.kind === "unreachable") {
    return { kind: "unreachable", cluster, diagnostic: one.diagnostic };
  }
  return lookAtCluster({ cluster, task: "reading pods and network policies" }, options, async () =>
    withinClusterTime(one, options, async (signal) => readPolicyWorld(one.client, one.cluster, signal)),
  );
}
