import type { ClusterEndpoints } from "../../core/checks/endpoint-table.ts";
import type { IngressView, ShiftFacts } from "../../core/decide/unserved-versions.ts";
import { findUnservedVersions } from "../../core/decide/unserved-versions.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { versionCluster } from "../../core/proxy/version-cluster.ts";
import { isRouteAt } from "../../core/routing/routes-at.ts";
import type { KubeClient } from "../../kube/client.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import type { ClusterContext } from "../clusters/connect-clusters.ts";
import { compareTables, listIngressPods, readTables } from "../facts/ingress-endpoints.ts";
import type { ProxyEndpoints } from "../facts/proxy-endpoints.ts";
import { readServiceEndpoints } from "../facts/service-endpoints.ts";
import type { RunOptions } from "../options.ts";

type Options = Pick<RunOptions, "signal" | "clusterTimeoutMs">;

interface OpenClient {
  readonly one: ClusterContext;
  readonly client: KubeClient;
}

/** What was read, or why not. */
type Read<Value> = { readonly value: Value } | { readonly problem: string };

/** The tables of one cluster's ingress pods. */
interface IngressTables {
  readonly pods: number;
  readonly tables: readonly ProxyEndpoints[];
}

/** What the clusters run of a service, and what their ingress gateways have of it. */
export interface ServingReads {
  readonly endpoints: ReadonlyMap<string, Read<ClusterEndpoints>>;
  /** Of clusters that have the route. */
  readonly ingress: ReadonlyMap<string, Read<IngressTables>>;
}

/**
 * Reads all that `findUnserved` judges by, of all clusters side by side. Drains
 * decide nothing of it, so that it need not wait for them. Rejects only when the signal fires.
 */
export async function readServing(
  shift: Pick<ShiftFacts, "mesh" | "service" | "route">,
  clients: readonly OpenClient[],
  options: Options,
): Promise<ServingReads> {
  const endpoints = new Map<string, Read<ClusterEndpoints>>();
  const ingress = new Map<string, Read<IngressTables>>();
  await Promise.all(
    clients.flatMap(({ one, client }) => {
      const { cluster } = one;
      const run = look(one, options, async (signal) => readServiceEndpoints(client, shift.service, signal, cluster));
      const held = isRouteAt(shift.mesh, shift, cluster)
        ? [look(one, options, async (signal) => readIngress({ cluster, client }, shift, signal))]
        : [];
      return [
        run.then((read) => endpoints.set(cluster.name, read)),
        ...held.map(async (reading) => ingress.set(cluster.name, await reading)),
      ];
    }),
  );
  return { endpoints, ingress };
}

/**
 * What the versions of `raised`, which are to get more requests than before,
 * lack, by what the clusters run and what their ingress gateways have. A
 * cluster that cannot be asked is a warning. Rejects only when the signal fires.
 */
export async function findUnserved(
  shift: Pick<ShiftFacts, "mesh" | "service" | "route" | "raised">,
  { endpoints, ingress }: ServingReads,
  clients: readonly OpenClient[],
  options: Options,
): Promise<readonly Diagnostic[]> {
  if (shift.raised.length === 0) {
    return [];
  }
  const { mesh, service } = shift;
  const contexts = Object.fromEntries(clients.map(({ one }) => [one.cluster.name, one.context.context]));
  const actual = Object.fromEntries(
    [...endpoints].flatMap(([name, read]) => ("value" in read ? [[name, read.value] as const] : [])),
  );
  // Every cluster has an entry, so that versions of clusters which do not answer are looked at too.
  const known = Object.fromEntries(
    mesh.clusters.map(({ name }) => [name, actual[name] ?? { podsOf: {}, gateways: [] }]),
  );
  const views = await Promise.all(
    clients.map(async ({ one, client }): Promise<readonly IngressView[]> => {
      const cluster = one.cluster.name;
      const run = endpoints.get(cluster);
      const held = run !== undefined && "problem" in run ? run : ingress.get(cluster);
      if (held === undefined || "problem" in held) {
        return held === undefined ? [] : [{ cluster, ...held }];
      }
      const { pods, tables } = held.value;
      const input = { mesh, one: { cluster: one.cluster, client }, service, actual: known };
      const judged = await look(one, options, async (signal) => compareTables(input, tables, signal));
      return ["problem" in judged ? { cluster, ...judged } : { cluster, pods, endpoints: judged.value }];
    }),
  );
  return findUnservedVersions({ ...shift, actual, views: views.flat(), contexts });
}

async function look<Value>(
  one: ClusterContext,
  options: Options,
  read: (signal: AbortSignal) => Promise<Value>,
): Promise<Read<Value>> {
  try {
    return { value: await withinClusterTime(one, options, read) };
  } catch (error) {
    options.signal.throwIfAborted();
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Of each table what is about the service: a proxy's whole table may be large, and a fleet has many. */
async function readIngress(
  one: Parameters<typeof listIngressPods>[0],
  { service }: Pick<ShiftFacts, "service">,
  signal: AbortSignal,
): Promise<IngressTables> {
  const pods = await listIngressPods(one, signal);
  const names = service.versions.map(({ name }) => versionCluster(service, name));
  const tables = await readTables(one, pods, signal);
  return {
    pods: pods.length,
    tables: tables.map((table) => new Map([...table].filter(([name]) => names.includes(name)))),
  };
}
