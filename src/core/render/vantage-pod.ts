import type { Json, KubeObject } from "../model/kube-object.ts";
import type { EnvoyPod } from "./probe-pod.ts";
import { probeAdminPort, renderEnvoyPod } from "./probe-pod.ts";

/** An address that is asked from inside a cluster. */
export interface VantageTarget {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

/** The port of the pod behind which the target at this place of its list is. */
export function vantagePort(place: number): number {
  return probeAdminPort + 1 + place;
}

/** As many targets as one pod serves: its configuration is one argument, of which Linux takes 128 KiB. */
export const targetsPerVantage = 100;

/**
 * A pod that carries connections from inside its cluster to the ingress
 * addresses of others: an Envoy with one loopback port for each, which whoever
 * forwards it asks as if from there (docs/adr/0032). It has no sidecar, as
 * nobody who comes through a front door has one. What it cannot connect to it hangs up.
 */
export function renderVantagePod(pod: EnvoyPod, targets: readonly VantageTarget[], timeoutSeconds: number): KubeObject {
  const object = renderEnvoyPod(pod, configOf(targets, timeoutSeconds));
  const labels = { ...object.metadata.labels, "sidecar.istio.io/inject": "false" };
  return { ...object, metadata: { ...object.metadata, labels } };
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto */
function configOf(targets: readonly VantageTarget[], timeoutSeconds: number): Json {
  return {
    node: { id: "isthmus-probe", cluster: "isthmus-probe" },
    admin: { address: socket("127.0.0.1", probeAdminPort) },
    static_resources: {
      listeners: targets.map((_, place) => ({
        name: nameOf(place),
        address: socket("127.0.0.1", vantagePort(place)),
        filter_chains: [
          {
            filters: [
              {
                name: "envoy.filters.network.tcp_proxy",
                typed_config: {
                  "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                  stat_prefix: nameOf(place),
                  cluster: nameOf(place),
                },
              },
            ],
          },
        ],
      })),
      clusters: targets.map(({ address, port }, place) => ({
        name: nameOf(place),
        type: "STATIC",
        connect_timeout: `${timeoutSeconds}s`,
        load_assignment: {
          cluster_name: nameOf(place),
          endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(address, port) } }] }],
        },
      })),
    },
  };
}

function nameOf(place: number): string {
  return `address-${place}`;
}

function socket(address: string, port: number): Json {
  return { socket_address: { address, port_value: port } };
}
