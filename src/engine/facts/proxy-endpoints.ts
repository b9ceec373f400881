import type { KubeClient } from "../../kube/client.ts";

/** One endpoint of an Envoy cluster, with what it has served since the proxy started. */
export interface ProxyEndpoint {
  readonly address: string;
  readonly port: number;
  readonly healthy: boolean;
  readonly requests: number;
}

/** Envoy cluster name → its endpoints. */
export type ProxyEndpoints = ReadonlyMap<string, readonly ProxyEndpoint[]>;

/** The admin port of every Istio proxy; open inside the pod only. */
const adminPort = 15000;

/** The endpoint table of one proxy, from its own admin page (what `istioctl proxy-config endpoint` shows). */
export async function readProxyEndpoints(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<ProxyEndpoints> {
  const answer = await client.podHttpGet(pod.namespace, pod.name, adminPort, "/clusters?format=json", {
    signal,
    timeoutMs: 10_000,
  });
  if (answer.status !== 200) {
    throw new Error(`the proxy of ${pod.namespace}/${pod.name} answered ${answer.status} to /clusters`);
  }
  const parsed = JSON.parse(answer.body) as { readonly cluster_statuses?: readonly ClusterStatus[] };
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
  readonly health_status?: { readonly eds_health_status?: string; readonly failed_outlier_check?: boolean };
}

function readHost(host: HostStatus): ProxyEndpoint[] {
  const socket = host.address?.socket_address;
  if (socket === undefined) {
    return [];
  }
  const requests = Number(host.stats?.find((stat) => stat.name === "rq_total")?.value ?? "0");
  const healthy =
    host.health_status?.eds_health_status !== "UNHEALTHY" && host.health_status?.failed_outlier_check !== true;
  return [{ address: socket.address, port: socket.port_value, healthy, requests }];
}

/** The name that istiod gives the Envoy cluster of a version's subset. */
export function subsetCluster(host: string, port: number, version: string): string {
  return `outbound|${port}|${version}|${host}`;
}
