import type { SeenEndpoint } from "../../core/checks/endpoint-table.ts";
import { ejectedReason } from "../../core/checks/endpoint-table.ts";
import { formatAddress } from "../../core/checks/service-port.ts";
import type { KubeClient } from "../../kube/client.ts";
import { proxyAdminPort, readProxyPage } from "./proxy-page.ts";

/** One endpoint of an Envoy cluster, with what it has served since the proxy made it. */
export interface ProxyEndpoint extends SeenEndpoint {
  /** Envoy sends requests to the lowest number of which enough is healthy. */
  readonly priority: number;
  /** Envoy's; at least 1. istiod gives the gateway of another network the number of endpoints behind it. */
  readonly weight: number;
  /** Connections that the proxy has tried since it made the host: all of them, those that did not come about (a TLS handshake belongs to it), and those that are open now. */
  readonly connections: { readonly total: number; readonly failed: number; readonly open: number };
  /** Envoy's counters of it: requests given to it (each attempt counts), and how they ended. */
  readonly counters: HostCounters;
}

/** Counters begin anew whenever Envoy makes the host anew: with a change of its cluster or of its locality. */
export interface HostCounters {
  readonly total: number;
  /** Answers below 500. */
  readonly success: number;
  /** Answers of 500 and above, resets and time-outs. */
  readonly error: number;
  /** Those of `error` that Envoy gave up, since a time-out of the route or of a try was over. */
  readonly timedOut: number;
  /** Requests that are open now. */
  readonly active: number;
}

/** Envoy cluster name → its endpoints. */
export type ProxyEndpoints = ReadonlyMap<string, readonly ProxyEndpoint[]>;

/** The endpoint table of one proxy, from its own admin page (what `istioctl proxy-config endpoint` shows). */
export async function readProxyEndpoints(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<ProxyEndpoints> {
  return parseProxyEndpoints(await readProxyPage(client, pod, "/clusters?format=json", signal));
}

/**
 * How often a proxy has added, changed or removed clusters and their endpoints
 * since it started; Istio keeps these statistics in every proxy. A change makes
 * endpoints anew, and their counters with them.
 */
export async function countClusterChanges(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<number> {
  const path = "/stats?filter=cluster_manager.cluster_";
  const answer = await client.podHttpGet({ namespace: pod.namespace, pod: pod.name, port: proxyAdminPort }, path, {
    signal,
    timeoutMs: 10_000,
  });
  const counts = [...answer.body.matchAll(/^cluster_manager\.cluster_(?:added|modified|removed|updated)\w*: (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Reads Envoy's `/clusters?format=json` (https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/clusters.proto). */
export function parseProxyEndpoints(body: string): ProxyEndpoints {
  const parsed = JSON.parse(body) as { readonly cluster_statuses?: readonly ClusterStatus[] };
  return new Map(
    (parsed.cluster_statuses ?? []).map((status) => [status.name, (status.host_statuses ?? []).flatMap(readHost)]),
  );
}

interface ClusterStatus {
  readonly name: string;
  readonly host_statuses?: readonly HostStatus[];
}

interface HostStatus {
  readonly address?: { readonly socket_address?: { readonly address: string; readonly port_value: number } };
  readonly stats?: readonly { readonly name: string; readonly value?: string }[];
  readonly health_status?: HealthStatus;
  /** Left out = 0. */
  readonly priority?: number;
  readonly weight?: number;
}

/** Left out = false. */
interface HealthStatus {
  readonly eds_health_status?: string;
  readonly failed_outlier_check?: boolean;
  readonly failed_active_health_check?: boolean;
  readonly pending_active_hc?: boolean;
  readonly pending_dynamic_removal?: boolean;
  readonly excluded_via_immediate_hc_fail?: boolean;
}

function readHost(host: HostStatus): ProxyEndpoint[] {
  const socket = host.address?.socket_address;
  if (socket === undefined) {
    return [];
  }
  const counter = (name: string): number => Number(host.stats?.find((stat) => stat.name === name)?.value ?? "0");
  return [
    {
      address: formatAddress(socket.address, socket.port_value),
      idle: reasonToBeIdle(host.health_status ?? {}),
      priority: host.priority ?? 0,
      weight: Math.max(1, host.weight ?? 1),
      connections: { total: counter("cx_total"), failed: counter("cx_connect_fail"), open: counter("cx_active") },
      counters: {
        total: counter("rq_total"),
        success: counter("rq_success"),
        error: counter("rq_error"),
        timedOut: counter("rq_timeout"),
        active: counter("rq_active"),
      },
    },
  ];
}

/** Why Envoy sends nothing to a host; empty where it does. A degraded host gets requests when the healthy ones are too few. */
function reasonToBeIdle(health: HealthStatus): string {
  const eds = health.eds_health_status ?? "HEALTHY";
  if (eds !== "HEALTHY" && eds !== "DEGRADED" && eds !== "UNKNOWN") {
    return eds.toLowerCase();
  }
  if (health.failed_outlier_check === true) {
    return ejectedReason;
  }
  if (health.failed_active_health_check === true || health.excluded_via_immediate_hc_fail === true) {
    return "failed health check";
  }
  if (health.pending_active_hc === true) {
    return "waits for its first health check";
  }
  return health.pending_dynamic_removal === true ? "being removed" : "";
}
