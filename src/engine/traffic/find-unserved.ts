import type { ClusterEndpoints } from "../../core/checks/endpoint-table.ts";
import type { IngressView, ShiftFacts } from "../../core/decide/unserved-versions.ts";
import { findUnservedVersions } from "../../core/decide/unserved-versions.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { isRouteAt } from "../../core/routing/routes-at.ts";
import type { KubeClient } from "../../kube/client.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { ClusterContext } from "../clusters/connect-clusters.ts";
import { compareIngressEndpoints, listIngressPods } from "../facts/ingress-endpoints.ts";
import { readServiceEndpoints } from "../facts/service-endpoints.ts";
import type { RunOptions } from "../options.ts";

/**
 * What the versions of `raised`, which are to get more requests than before,
 * lack, by what the clusters run and what their ingress gateways have. A
 * cluster that cannot be asked is a warning. Rejects only when the signal fires.
 */
export async function findUnserved(
  shift: Pick<ShiftFacts, "mesh" | "service" | "route" | "raised">,
  clients: readonly { readonly one: ClusterContext; readonly client: KubeClient }[],
  options: Pick<RunOptions, "signal" | "clusterTimeoutMs">,
): Promise<readonly Diagnostic[]> {
  if (shift.raised.length === 0) {
    return [];
  }
  const { mesh, service } = shift;
  const contexts = Object.fromEntries(clients.map(({ one }) => [one.cluster.name, one.context.context]));
  const actual: Record<string, ClusterEndpoints> = {};
  const views: IngressView[] = [];
  const asked = clients.map(({ one, client }) => ({ cluster: one.cluster, context: one.context, client }));
  type Asked = (typeof asked)[number];
  const look = async (one: Asked, read: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    const cluster = one.cluster.name;
    try {
      await withinClusterTime(one, options, read);
    } catch (error) {
      options.signal.throwIfAborted();
      views.push({ cluster, problem: error instanceof Error ? error.message : String(error) });
    }
  };
  await Promise.all(
    asked.map(async (one) =>
      look(one, async (signal) => {
        actual[one.cluster.name] = await readServiceEndpoints(one.client, service, signal, one.cluster);
      }),
    ),
  );
  // Every cluster has an entry, so that versions of clusters which do not answer are looked at too.
  const known = Object.fromEntries(
    mesh.clusters.map(({ name }) => [name, actual[name] ?? { podsOf: {}, gateways: [] }]),
  );
  await Promise.all(
    asked
      .filter(({ cluster }) => cluster.name in actual && isRouteAt(mesh, shift, cluster))
      .map(async (one) =>
        look(one, async (signal) => {
          const pods = await listIngressPods(one, signal);
          const input = { mesh, one, service, actual: known };
          const endpoints = await compareIngressEndpoints(input, pods, signal);
          views.push({ cluster: one.cluster.name, pods: pods.length, endpoints });
        }),
      ),
  );
  return findUnservedVersions({ ...shift, actual, views, contexts });
}
