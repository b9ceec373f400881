import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";
import { envoyContainer, envoyExtensions, loopback, probeConfig } from "./probe-pod.ts";

/** How the ephemeral containers are called that ask from inside a pod of somebody's. */
export const probeContainerPrefix = "isthmus-probe-";

/** The ports of one probe: its admin page's, those of at most `servicesPerProbe` services, and the last one for its end. */
export const portsPerProbe = 100;

export interface ProbeContainer {
  /** As the cluster has it. */
  readonly pod: KubeObject;
  /** The container's, `isthmus-probe-…`. */
  readonly name: string;
  /** An image that has Envoy at `/usr/local/bin/envoy`: that of the pod's own sidecar. */
  readonly image: string;
  readonly services: readonly Service[];
  /** The first of `portsPerProbe` loopback ports, chosen by chance: nobody knows which are free in the pod. Where one is taken, Envoy does not start and the container ends. */
  readonly adminPort: number;
  /** After so many seconds its Envoy ends by itself, whether or not anybody ends it. */
  readonly activeSeconds: number;
}

/**
 * What is applied to the subresource `ephemeralcontainers` of a pod so that an
 * Envoy in it asks through the pod's own sidecar (docs/adr/0038). Earlier ones
 * of ours are in it, since an ephemeral container is never taken away again
 * (https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/).
 */
export function renderProbeContainer(probe: ProbeContainer): KubeObject {
  const { pod, name, image } = probe;
  const { ephemeralContainers = [] } = (pod["spec"] ?? {}) as {
    readonly ephemeralContainers?: readonly { readonly name: string; readonly [key: string]: Json }[];
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace ?? "default" },
    spec: {
      ephemeralContainers: [
        ...ephemeralContainers.filter((one) => one.name.startsWith(probeContainerPrefix)),
        envoyContainer(name, image, configOf(probe)),
      ],
    },
  };
}

/**
 * With its end: an ephemeral container has no deadline that the kubelet knows.
 * A health check asks Envoy's own admin page to quit, through a listener that
 * holds the request back for so long
 * (https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter,
 * https://www.envoyproxy.io/docs/envoy/latest/operations/admin#post--quitquitquit).
 */
function configOf({ services, adminPort, activeSeconds }: ProbeContainer): Json {
  const { node, admin, static_resources } = probeConfig(services, adminPort);
  const { listeners, clusters } = static_resources;
  const endPort = adminPort + portsPerProbe - 1;
  return {
    node,
    admin,
    static_resources: {
      listeners: [...listeners, endListener(endPort, activeSeconds)],
      clusters: [...clusters, loopbackCluster("admin", adminPort), endCluster(endPort, activeSeconds)],
    },
  };
}

function endListener(port: number, seconds: number): Json {
  return {
    name: "end",
    address: loopback(port),
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              "@type": `${envoyExtensions}.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: "end",
              stream_idle_timeout: "0s",
              route_config: {
                virtual_hosts: [
                  {
                    name: "all",
                    domains: ["*"],
                    routes: [{ match: { prefix: "/" }, route: { cluster: "admin", timeout: "0s" } }],
                  },
                ],
              },
              http_filters: [
                {
                  name: "envoy.filters.http.fault",
                  typed_config: {
                    "@type": `${envoyExtensions}.http.fault.v3.HTTPFault`,
                    delay: { fixed_delay: `${seconds}s`, percentage: { numerator: 100 } },
                  },
                },
                {
                  name: "envoy.filters.http.router",
                  typed_config: { "@type": `${envoyExtensions}.http.router.v3.Router` },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function endCluster(port: number, seconds: number): Json {
  return {
    ...loopbackCluster("end", port),
    // Envoy's start waits for the first health check of a cluster otherwise.
    wait_for_warm_on_init: false,
    health_checks: [
      {
        timeout: `${seconds + 60}s`,
        interval: "1s",
        no_traffic_interval: "1s",
        unhealthy_threshold: 1,
        healthy_threshold: 1,
        http_health_check: { path: "/quitquitquit", method: "POST" },
      },
    ],
  };
}

function loopbackCluster(name: string, port: number): { readonly [key: string]: Json } {
  return {
    name,
    type: "STATIC",
    connect_timeout: "5s",
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }],
    },
  };
}
