import type { KubeClient } from "../../kube/client.ts";
import { readProxyPage } from "./proxy-page.ts";

/** What the sidecar of a pod has taken for its application. */
export interface InboundRequests {
  /** Requests that are being answered now. */
  readonly active: number;
  /** All since the proxy started. */
  readonly total: number;
}

/** The requests that came to a pod by its sidecar, over all of its ports, from the sidecar's own admin page. */
export async function readInboundRequests(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<InboundRequests> {
  const body = await readProxyPage(client, pod, "/clusters?format=json", signal);
  const { cluster_statuses: clusters = [] } = JSON.parse(body) as {
    readonly cluster_statuses?: readonly ClusterStatus[];
  };
  // The names that istiod gives: https://github.com/istio/istio/blob/master/pilot/pkg/model/context.go
  const stats = clusters
    .filter(({ name }) => name.startsWith("inbound|"))
    .flatMap(({ host_statuses: hosts = [] }) => hosts.flatMap((host) => host.stats ?? []));
  const sum = (name: string): number =>
    stats.filter((one) => one.name === name).reduce((total, { value = "0" }) => total + Number(value), 0);
  return { active: sum("rq_active"), total: sum("rq_total") };
}

interface ClusterStatus {
  readonly name: string;
  readonly host_statuses?: readonly {
    readonly stats?: readonly { readonly name: string; readonly value?: string }[];
  }[];
}
