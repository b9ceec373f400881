import path from "node:path";
import { dnsAddress, nodePodRange } from "../network/ranges.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import type { ClusterNodeConfig } from "./node-config.ts";

/** Where containerd listens: in the node's own /run, so that `ctr` and `crictl` on the node need no option. */
export const containerdSocket = "/run/containerd/containerd.sock";

/** Where a node has the configuration and the plugins of its pods' network: the same on every node, so that one setting tells istio-cni. */
export const cniFolders = { configuration: "/run/cni/net.d", plugins: "/run/cni/bin" } as const;

/** The configuration files of a node's components: file names below `folder.dir` and their texts. Hold no secret. */
export function renderComponentFiles(
  folder: ClusterFolder,
  config: ClusterNodeConfig,
): readonly (readonly [file: string, text: string])[] {
  return [
    [path.join(folder.config, "containerd.toml"), renderContainerd(folder, config)],
    [path.join(folder.config, "kubelet.json"), renderJson(kubeletConfiguration(folder, config))],
    [path.join(folder.config, "kube-proxy.json"), renderJson(proxyConfiguration(folder, config))],
    // What pods of `dnsPolicy: Default` get: a node without a way out knows no other resolver.
    [path.join(folder.config, "resolv.conf"), `nameserver ${dnsAddress}\n`],
  ];
}

function renderContainerd(folder: ClusterFolder, config: ClusterNodeConfig): string {
  const { engine } = config;
  const cri = `plugins."io.containerd.grpc.v1.cri"`;
  // Version 2 of the format is what containerd 1.6 reads; containerd 2 translates it.
  return `version = 2
root = ${quote(folder.containerd)}
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.native",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
  address = ${quote(containerdSocket)}

[${cri}]
  sandbox_image = ${quote(engine.images.pause)}
  # Without CAP_SYS_RESOURCE (containers, some virtual machines) runc may not lower a container's OOM score.
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = ${quote(cniFolders.plugins)}
    conf_dir = ${quote(cniFolders.configuration)}
  [${cri}.containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [${cri}.containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [${cri}.containerd.runtimes.runc.options]
        BinaryName = ${quote(engine.programs.runc)}
        SystemdCgroup = false
`;
}

function kubeletConfiguration(folder: ClusterFolder, config: ClusterNodeConfig): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: path.join(folder.certs, "ca.crt") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: path.join(folder.certs, "kubelet-server.crt"),
    tlsPrivateKeyFile: path.join(folder.certs, "kubelet-server.key"),
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${config.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [dnsAddress],
    clusterDomain: "cluster.local",
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    resolvConf: path.join(folder.config, "resolv.conf"),
    podLogsDir: folder.podLogs,
    volumePluginDir: path.join(folder.kubelet, "volume-plugins"),
    // The machine's disk is not the sandbox's to manage, and images cannot be pulled again.
    evictionHard: {
      "memory.available": "50Mi",
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
    },
    imageGCHighThresholdPercent: 100,
    serializeImagePulls: false,
    // One node for a whole mesh: the default of 5 requests a second makes a burst of pods wait.
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
    healthzBindAddress: "127.0.0.1",
    logging: { verbosity: 1 },
  };
}

function proxyConfiguration(folder: ClusterFolder, config: ClusterNodeConfig): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    clusterCIDR: config.podRange,
    hostnameOverride: config.node,
    clientConnection: { kubeconfig: path.join(folder.certs, "kube-proxy.kubeconfig") },
    // The connection table's size is the machine's setting, not the sandbox's.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    // A change of an endpoint is obeyed after this time, not after a second.
    nftables: { minSyncPeriod: "100ms" },
    // The API server asks at the node's address, as in other clusters.
    healthzBindAddress: "0.0.0.0:10256",
    metricsBindAddress: "127.0.0.1:10249",
  };
}

/** The configuration of a node's pod network as it is before anything is chained to it. */
export function renderPodNetwork(folder: ClusterFolder, config: Pick<ClusterNodeConfig, "podRange">): string {
  return renderJson(cniConfiguration(folder, config));
}

function cniConfiguration(folder: ClusterFolder, { podRange }: Pick<ClusterNodeConfig, "podRange">): object {
  return {
    cniVersion: "0.4.0",
    name: "sandbox",
    plugins: [
      {
        // Not `bridge`: with a link of its own for every pod all traffic is routed, so that kube-proxy
        // and network policies see it without br_netfilter, which small kernels do not have.
        type: "ptp",
        // The node masquerades by one nftables rule, not by iptables chains for every pod.
        ipMasq: false,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: nodePodRange(podRange) }]],
          routes: [{ dst: "0.0.0.0/0" }],
          dataDir: folder.addresses,
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

function renderJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A TOML basic string; JSON's escapes are a subset of TOML's (https://toml.io/en/v1.0.0#string). */
function quote(text: string): string {
  return JSON.stringify(text);
}
