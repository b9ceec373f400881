import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import { inventoryName, inventoryNamespace, parseInventory } from "../../core/plan/inventory.ts";
import { rancherLocalTarget } from "../../core/render/names.ts";
import { renderProjects } from "../../core/render/project.ts";
import type { KubeClient } from "../../kube/client.ts";
import { createKubeClient } from "../../kube/connect-client.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import type { Connection } from "./connect-clusters.ts";
import type { ClusterState } from "../facts/cluster-state.ts";
import type { RunOptions } from "../options.ts";
import { withinClusterTime } from "./cluster-time.ts";
import { requestLimits } from "./request-limits.ts";
import type { RancherState } from "./rancher-link.ts";
import { contextThrough } from "./rancher-link.ts";

/** Rancher's local cluster in the form of a mesh's cluster, for what plans and applies. It takes no part in the mesh. */
const rancherLocal: Cluster = {
  name: rancherLocalTarget,
  network: rancherLocalTarget,
  access: { kind: "rancher", rancherId: "local" },
};

/**
 * Connects to the cluster that Rancher runs in, where projects are kept.
 * Undefined for a mesh that asks for nothing there and left nothing there, and
 * while Rancher is unavailable: the clusters behind it say so.
 */
export async function connectRancherLocal(
  mesh: Mesh,
  rancher: RancherState,
  options: Pick<RunOptions, "signal" | "timeoutMs" | "clusterTimeoutMs">,
): Promise<Connection | undefined> {
  if (rancher.kind !== "linked") {
    return undefined;
  }
  const wanted = renderProjects(mesh).length > 0;
  const context = contextThrough(rancher.link, "local");
  const client = createKubeClient({ cluster: rancherLocalTarget, context, limits: requestLimits(options, 1) });
  try {
    const facts = await withinClusterTime({ cluster: rancherLocal, context }, options, async (signal) =>
      readRancherLocal(client, mesh.name, signal),
    );
    if (!wanted && facts.inventories.length === 0) {
      await client.close();
      return undefined;
    }
    return { kind: "connected", cluster: rancherLocal, context, platform: { values: {} }, client, facts };
  } catch (error) {
    await client.close();
    options.signal.throwIfAborted();
    if (!wanted) {
      // A token without rights in Rancher's own cluster is enough for a mesh that has nothing there.
      return undefined;
    }
    return {
      kind: "unreachable",
      cluster: rancherLocal,
      diagnostic: await diagnoseKubeError(error, rancherLocalTarget),
    };
  }
}

async function readRancherLocal(client: KubeClient, mesh: string, signal: AbortSignal): Promise<ClusterState> {
  const [inventory, namespaces] = await Promise.all([
    client.get(
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        namespace: inventoryNamespace,
        name: inventoryName(mesh, rancherLocalTarget),
      },
      { signal },
    ),
    client.list({ apiVersion: "v1", kind: "Namespace" }, { signal }),
  ]);
  return {
    uid: undefined,
    inventories: inventory === undefined ? [] : [parseInventory(inventory)],
    namespaces: new Set(namespaces.map((namespace) => keyOf(idOf(namespace)))),
    authority: undefined,
    authorityLacks: [],
    reader: undefined,
    installedMeshId: undefined,
    injection: {},
    nodes: [],
    kubernetesVersion: "",
    ingressAddresses: [],
    apiPorts: [],
    remotes: {},
  };
}
