import path from "node:path";

/** Every file of one cluster, below its folder in the sandbox's state folder. All paths are absolute when `dir` is. */
export interface ClusterFolder {
  readonly dir: string;
  /** What the supervisor needs to know; written by `up`. */
  readonly nodeConfig: string;
  /** Which process is the node; written by `up`. */
  readonly nodeProcess: string;
  /** What the supervisor says of its components; written by it alone. */
  readonly nodeState: string;
  readonly certs: string;
  readonly logs: string;
  readonly config: string;
  /** Configuration of the pods' network; what istio-cni adds to it outlives the node. */
  readonly cni: string;
  readonly cniPlugins: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly kubelet: string;
  readonly podLogs: string;
  readonly addresses: string;
  readonly temporary: string;
}

export function clusterFolder(dir: string): ClusterFolder {
  return {
    dir,
    nodeConfig: path.join(dir, "node.json"),
    nodeProcess: path.join(dir, "process.json"),
    nodeState: path.join(dir, "state.json"),
    certs: path.join(dir, "certs"),
    logs: path.join(dir, "logs"),
    config: path.join(dir, "config"),
    cni: path.join(dir, "cni"),
    cniPlugins: path.join(dir, "cni-plugins"),
    etcd: path.join(dir, "etcd"),
    containerd: path.join(dir, "containerd"),
    kubelet: path.join(dir, "kubelet"),
    podLogs: path.join(dir, "pod-logs"),
    addresses: path.join(dir, "addresses"),
    temporary: path.join(dir, "tmp"),
  };
}

/** The log of one component. */
export function logFile(folder: ClusterFolder, component: string): string {
  return path.join(folder.logs, `${component}.log`);
}
