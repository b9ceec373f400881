import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh, Service } from "../model/mesh.ts";
import { meshLabel, serviceHost } from "./names.ts";

/** The label of a probe pod, beside that of its mesh. */
export const probeLabel = "isthmus.dev/probe";

/** On a probe pod: the process that made it, as `markProcess` names it. */
export const probeMakerAnnotation = "isthmus.dev/probe-maker";

/** The admin page of the probe's own Envoy; that of the sidecar is at 15000. */
export const probeAdminPort = 28_500;

/** As many services as one pod serves: each has a part of one argument, of which Linux takes 128 KiB. */
export const servicesPerProbe = 64;

/** The port of the pod at which requests for the service at this place of its list go out, with that port of its Envoy's admin page. */
export function probePort(place: number, adminPort = probeAdminPort): number {
  return adminPort + 1 + place;
}

export interface EnvoyPod {
  readonly mesh: Mesh;
  readonly namespace: string;
  readonly name: string;
  /** An image that has Envoy at `/usr/local/bin/envoy`: Istio's own for proxies. */
  readonly image: string;
  /** After so long the kubelet ends the pod, whether or not anybody deletes it. */
  readonly activeSeconds: number;
  /** Absent where processes cannot be named. */
  readonly maker?: string;
}

export interface ProbePod extends EnvoyPod {
  /** At most `servicesPerProbe`. */
  readonly services: readonly Service[];
}

/**
 * A pod that sends requests as a caller inside the mesh (docs/adr/0023): an
 * Envoy with one loopback port for each service, behind which it connects to
 * the service's name and port as an application would, byte by byte where connections are routed. Its user is another one
 * than the sidecar's, so that the sidecar takes its connections
 * (https://istio.io/latest/docs/ops/deployment/application-requirements/). Host
 * headers, statuses and headers pass unchanged; what this Envoy answers itself
 * begins with `probePodText`. Admitted by pod security `restricted`, as far as
 * the sidecar is.
 */
export function renderProbePod(pod: ProbePod): KubeObject {
  return renderEnvoyPod(pod, probeConfig(pod.services));
}

/** A pod of one Envoy with that configuration, without any right in its cluster, which the kubelet ends after `activeSeconds`. */
export function renderEnvoyPod(pod: EnvoyPod, config: Json): KubeObject {
  const { mesh, namespace, name, image, activeSeconds, maker } = pod;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: { [meshLabel]: mesh.name, [probeLabel]: "verify" },
      ...(maker === undefined ? {} : { annotations: { [probeMakerAnnotation]: maker } }),
    },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: activeSeconds,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      nodeSelector: { "kubernetes.io/os": "linux" },
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          ...envoyContainer("probe", image, config),
          resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
        },
      ],
    },
  };
}

/** A container of one Envoy with that configuration, admitted by pod security `restricted`. */
export function envoyContainer(name: string, image: string, config: Json): { readonly [key: string]: Json } {
  return {
    name,
    image,
    command: ["/usr/local/bin/envoy"],
    args: [
      "--config-yaml",
      JSON.stringify(config),
      "--disable-hot-restart",
      "--concurrency",
      "1",
      "--log-level",
      "warning",
    ],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

/** The Envoy cluster of the service at this place, in the probe's own admin pages. */
export function probeCluster(place: number): string {
  return `service-${place}`;
}

/** How the answers begin that the probe's own Envoy gives in place of the mesh. */
export const probePodText = "probe pod: ";

interface ProbeConfig {
  readonly node: Json;
  readonly admin: Json;
  readonly static_resources: { readonly listeners: readonly Json[]; readonly clusters: readonly Json[] };
}

/**
 * The configuration of a probe's Envoy, whose ports begin at that of its admin page.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/bootstrap/v3/bootstrap.proto
 */
export function probeConfig(services: readonly Service[], adminPort = probeAdminPort): ProbeConfig & Json {
  return {
    node: { id: "isthmus-probe", cluster: "isthmus-probe" },
    admin: { address: loopback(adminPort) },
    static_resources: {
      listeners: services.map((service, place) =>
        service.routes.some(({ protocol }) => protocol === "tcp")
          ? connectionsAt(place, adminPort)
          : listenerAt(place, adminPort),
      ),
      clusters: services.map(clusterOf),
    },
  };
}

/** Each connection goes out as one of its own, byte by byte. */
function connectionsAt(place: number, adminPort: number): Json {
  return {
    name: probeCluster(place),
    address: loopback(probePort(place, adminPort)),
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.tcp_proxy",
            typed_config: {
              "@type": `${envoyExtensions}.network.tcp_proxy.v3.TcpProxy`,
              stat_prefix: probeCluster(place),
              cluster: probeCluster(place),
            },
          },
        ],
      },
    ],
  };
}

function listenerAt(place: number, adminPort: number): Json {
  return {
    name: probeCluster(place),
    address: loopback(probePort(place, adminPort)),
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              "@type": `${envoyExtensions}.network.http_connection_manager.v3.HttpConnectionManager`,
              stat_prefix: probeCluster(place),
              generate_request_id: false,
              skip_xff_append: true,
              server_header_transformation: "PASS_THROUGH",
              local_reply_config: {
                body_format: { text_format_source: { inline_string: `${probePodText}%LOCAL_REPLY_BODY%` } },
              },
              route_config: {
                virtual_hosts: [
                  {
                    name: "all",
                    domains: ["*"],
                    // Who sends the requests has a limit of its own.
                    routes: [{ match: { prefix: "/" }, route: { cluster: probeCluster(place), timeout: "0s" } }],
                  },
                ],
              },
              http_filters: [
                {
                  name: "envoy.filters.http.router",
                  // The sidecar's mark of an upstream must be the only one.
                  typed_config: { "@type": `${envoyExtensions}.http.router.v3.Router`, suppress_envoy_headers: true },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

export const envoyExtensions = "type.googleapis.com/envoy.extensions.filters";

function clusterOf(service: Service, place: number): Json {
  const address = { socket_address: { address: serviceHost(service), port_value: service.port } };
  return {
    name: probeCluster(place),
    type: "STRICT_DNS",
    connect_timeout: "5s",
    dns_lookup_family: "V4_PREFERRED",
    // The sidecar may answer look-ups, and start later than this Envoy.
    dns_failure_refresh_rate: { base_interval: "0.5s", max_interval: "1s" },
    load_assignment: {
      cluster_name: probeCluster(place),
      endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
    },
  };
}

/** Nobody but the pod itself, and who forwards one of its ports, reaches it there. */
export function loopback(port: number): Json {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}
