import path from "node:path";
import { podRange, serviceRange } from "../network/ranges.ts";
import type { Program } from "../engine/parts.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import type { ClusterNodeConfig, NodeConfig, RancherNodeConfig } from "./node-config.ts";

/** One program of a node. */
export interface Component {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /**
   * What it needs: nothing; an API server that serves; or one that is ready,
   * with the default roles, without which it would be refused and back off.
   */
  readonly after: "start" | "serving" | "ready";
}

/** The programs of a node, in the order in which people think of them. */
export const programComponents = [
  "etcd",
  "kube-apiserver",
  "containerd",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kube-router",
] as const satisfies readonly Program[];

/** The kubelet's requests are judged by the Node authorizer, which knows no roles. */
const startAfter: Readonly<Record<(typeof programComponents)[number], Component["after"]>> = {
  etcd: "start",
  "kube-apiserver": "start",
  containerd: "start",
  kubelet: "serving",
  "kube-controller-manager": "ready",
  "kube-scheduler": "ready",
  "kube-proxy": "ready",
  "kube-router": "ready",
};

/** Everything that has a log and a state of its own on a node. */
export const componentNames: readonly string[] = [...programComponents, "load-balancer", "coredns", "supervisor"];

/** The same for the node of Rancher's `local` cluster. `rancher` is the double. */
export const rancherComponentNames: readonly string[] = [
  "rancher",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "supervisor",
];

/** How each program of a node is started. */
export function planComponents(folder: ClusterFolder, config: NodeConfig): readonly Component[] {
  return config.role === "node" ? planClusterNode(folder, config) : planRancherNode(folder, config);
}

/** A control plane alone: nothing runs on Rancher's own cluster but Rancher. */
function planRancherNode(folder: ClusterFolder, config: RancherNodeConfig): readonly Component[] {
  const { programs } = config.engine;
  const [program = "", ...command] = config.rancherCommand;
  return [
    { name: "etcd", program: programs.etcd, args: etcdArgs(folder), after: "start" },
    {
      name: "kube-apiserver",
      program: programs["kube-apiserver"],
      args: apiServerArgs(folder, config),
      after: "start",
    },
    {
      name: "kube-controller-manager",
      program: programs["kube-controller-manager"],
      args: controllerManagerArgs(folder, podRange),
      after: "ready",
    },
    { name: "rancher", program, args: [...command, folder.dir], after: "ready" },
  ];
}

function planClusterNode(folder: ClusterFolder, config: ClusterNodeConfig): readonly Component[] {
  const args: Readonly<Record<(typeof programComponents)[number], readonly string[]>> = {
    etcd: etcdArgs(folder),
    "kube-apiserver": apiServerArgs(folder, config),
    containerd: ["--config", path.join(folder.config, "containerd.toml")],
    "kube-controller-manager": controllerManagerArgs(folder, config.podRange),
    "kube-scheduler": [
      `--kubeconfig=${certFile(folder, "kube-scheduler.kubeconfig")}`,
      "--leader-elect=false",
      "--bind-address=127.0.0.1",
    ],
    kubelet: kubeletArgs(folder, config),
    "kube-proxy": [`--config=${path.join(folder.config, "kube-proxy.json")}`],
    "kube-router": [
      "--server=https://127.0.0.1:6443",
      `--certs=${folder.certs}`,
      `--node=${config.node}`,
      `--service-cluster-ip-range=${serviceRange}`,
    ],
  };
  return programComponents.map((name) => ({
    name,
    program: config.engine.programs[name],
    args: args[name],
    after: startAfter[name],
  }));
}

function etcdArgs(folder: ClusterFolder): readonly string[] {
  const client = "http://127.0.0.1:2379";
  const peer = "http://127.0.0.1:2380";
  return [
    "--data-dir",
    folder.etcd,
    "--listen-client-urls",
    client,
    "--advertise-client-urls",
    client,
    "--listen-peer-urls",
    peer,
    "--initial-advertise-peer-urls",
    peer,
    "--initial-cluster",
    `default=${peer}`,
    // Losing the last moments of a sandbox in a power failure is no loss; waiting for the disk at every write is one.
    "--unsafe-no-fsync",
    // A single member elects itself; it need not wait a second to learn that nobody else is there.
    "--heartbeat-interval=50",
    "--election-timeout=250",
    "--log-level",
    "warn",
  ];
}

function apiServerArgs(folder: ClusterFolder, config: NodeConfig): readonly string[] {
  const cert = (name: string): string => certFile(folder, name);
  return [
    "--etcd-servers=http://127.0.0.1:2379",
    "--secure-port=6443",
    `--advertise-address=${config.nodeAddress}`,
    `--tls-cert-file=${cert("kube-apiserver.crt")}`,
    `--tls-private-key-file=${cert("kube-apiserver.key")}`,
    `--client-ca-file=${cert("ca.crt")}`,
    "--anonymous-auth=false",
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${cert("service-accounts.pub")}`,
    `--service-account-signing-key-file=${cert("service-accounts.key")}`,
    `--service-cluster-ip-range=${serviceRange}`,
    "--authorization-mode=Node,RBAC",
    "--allow-privileged=true",
    "--enable-admission-plugins=NodeRestriction",
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-certificate-authority=${cert("ca.crt")}`,
    `--kubelet-client-certificate=${cert("apiserver-kubelet-client.crt")}`,
    `--kubelet-client-key=${cert("apiserver-kubelet-client.key")}`,
    `--requestheader-client-ca-file=${cert("front-proxy-ca.crt")}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-username-headers=X-Remote-User",
    `--proxy-client-cert-file=${cert("front-proxy-client.crt")}`,
    `--proxy-client-key-file=${cert("front-proxy-client.key")}`,
    "--profiling=false",
    // Fair shares among many clients cost every request of the few that a sandbox has.
    "--enable-priority-and-fairness=false",
  ];
}

function controllerManagerArgs(folder: ClusterFolder, pods: string): readonly string[] {
  const kubeconfig = certFile(folder, "kube-controller-manager.kubeconfig");
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${certFile(folder, "service-accounts.key")}`,
    `--root-ca-file=${certFile(folder, "ca.crt")}`,
    `--cluster-signing-cert-file=${certFile(folder, "ca.crt")}`,
    `--cluster-signing-key-file=${certFile(folder, "ca.key")}`,
    "--use-service-account-credentials",
    "--leader-elect=false",
    "--allocate-node-cidrs",
    `--cluster-cidr=${pods}`,
    "--bind-address=127.0.0.1",
    "--profiling=false",
    // With the default of 20 a second the controllers' own start takes five seconds of waiting.
    "--kube-api-qps=300",
    "--kube-api-burst=500",
  ];
}

function kubeletArgs(folder: ClusterFolder, config: ClusterNodeConfig): readonly string[] {
  return [
    `--config=${path.join(folder.config, "kubelet.json")}`,
    `--kubeconfig=${certFile(folder, "kubelet.kubeconfig")}`,
    `--root-dir=${folder.kubelet}`,
    `--cert-dir=${path.join(folder.kubelet, "pki")}`,
    `--hostname-override=${config.node}`,
    `--node-ip=${config.nodeAddress}`,
    `--node-labels=topology.kubernetes.io/region=${config.region},topology.kubernetes.io/zone=${config.zone}`,
  ];
}

function certFile(folder: ClusterFolder, name: string): string {
  return path.join(folder.certs, name);
}
