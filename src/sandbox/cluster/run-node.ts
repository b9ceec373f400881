import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { innerLinks } from "../network/names.ts";
import { findProgram } from "../engine/host-packages.ts";
import { runSystemCommand, systemEnvironment } from "../process/system-command.ts";
import type { ApiClient } from "./api-client.ts";
import { ApiError, createApiClient } from "./api-client.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { clusterFolder, logFile } from "./cluster-folder.ts";
import type { Component } from "./components.ts";
import { cniFolders } from "./component-files.ts";
import { planComponents } from "./components.ts";
import { applyCoreDns } from "./coredns.ts";
import { readAdminCredentials } from "./admin-credentials.ts";
import { runLoadBalancer } from "./load-balancer.ts";
import type { ClusterNodeConfig, NodeConfig } from "./node-config.ts";
import { readNodeConfig } from "./node-config.ts";
import { makeNodeMounts } from "./node-mounts.ts";
import type { StateBoard } from "./node-state.ts";
import { createStateBoard } from "./node-state.ts";
import { pause } from "./pause.ts";
import { readBootId } from "./process-identity.ts";
import { seedContainerd } from "./seed-containerd.ts";
import { superviseComponent } from "./supervise-component.ts";

interface Node {
  readonly folder: ClusterFolder;
  readonly config: NodeConfig;
  readonly board: StateBoard;
  readonly api: ApiClient;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** Resolves when the API server gives any answer, and when it is ready. Never rejects: also resolves when the signal fires. */
  readonly serving: Promise<void>;
  readonly ready: Promise<void>;
}

/**
 * The supervisor of one node: runs in the node's own network, mount and PID
 * namespaces (see start-node.ts), keeps every component running and, on the
 * node of a cluster, applies cluster DNS and hands out load balancer addresses,
 * until the signal fires.
 * `dir` is the cluster's folder, made by `sandboxUp`.
 *
 * Throws when the node cannot be made; the caller's message belongs in the
 * standard error, which is the supervisor's log.
 */
export async function runNode(dir: string, signal: AbortSignal): Promise<void> {
  const folder = clusterFolder(dir);
  const config = await readNodeConfig(dir);
  const began = performance.now();
  const log = (line: string): void => {
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    appendFileSync(logFile(folder, "supervisor"), `${new Date().toISOString()} +${seconds}s ${line}\n`);
  };
  // The Rancher double reads the clusters' credentials and keeps its own beside them.
  makeNodeMounts([config.role === "node" ? folder.dir : config.sandbox, config.engine.dir], {
    [cniFolders.configuration]: folder.cni,
    [cniFolders.plugins]: folder.cniPlugins,
  });
  setKernelSwitches();
  linkFirewallTools();
  const components = planComponents(folder, config);
  const names = [...components.map((one) => one.name), ...(config.role === "node" ? ["load-balancer"] : [])];
  const board = createStateBoard(dir, names, readBootId(), () => new Date());
  const credentials = await readAdminCredentials(folder, config.nodeAddress);
  const api = createApiClient(credentials, "https://127.0.0.1:6443");
  const serving = waitForApi(api, signal, "serving");
  const ready = serving.then(async () => waitForApi(api, signal, "ready"));
  const node: Node = { folder, config, board, api, signal, log, serving, ready };
  log(`node ${config.node} of ${config.instance} starts`);
  try {
    await Promise.all([
      ...components.map(async (component) => runComponent(node, component)),
      ...(config.role === "node" ? [runClusterParts(node, config), translatePodAddresses(config)] : []),
    ]);
  } finally {
    api.close();
    await board.settle();
  }
}

/** The switches of the node's own network namespace; the machine's are not touched. */
function setKernelSwitches(): void {
  const switches = {
    "net/ipv4/ip_forward": "1",
    // Answers to a load balancer's clients leave by other links than the way back would be.
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
  };
  for (const [name, value] of Object.entries(switches)) {
    writeFileSync(path.join("/proc/sys", name), value);
  }
}

/** Where the node finds iptables by its plain name. */
const firewallTools = "/run/isthmus/firewall";

/** kube-router asks for `iptables`, which is what the machine's owner has chosen: rules of the older kind would be beside those that everything else here writes. */
function linkFirewallTools(): void {
  mkdirSync(firewallTools, { recursive: true });
  for (const name of ["iptables", "iptables-save", "iptables-restore"]) {
    const found = findProgram(name.replace("iptables", "iptables-nft"), systemEnvironment());
    if (found !== undefined) {
      symlinkSync(found, path.join(firewallTools, name));
    }
  }
}

/** Pods reach the other clusters' gateways under the node's address: their own means something else there, but for pods of flat clusters. */
async function translatePodAddresses({ podRange, flatPodRanges }: ClusterNodeConfig): Promise<void> {
  const reached = [podRange, ...flatPodRanges].join(", ");
  await runSystemCommand("nft", ["-f", "-"], {
    input: `
add table ip isthmus
delete table ip isthmus
table ip isthmus {
  chain leaving {
    type nat hook postrouting priority srcnat;
    ip saddr ${podRange} ip daddr != { ${reached} } oifname "${innerLinks.node}" masquerade
  }
}
`,
  });
}

async function runComponent(node: Node, component: Component): Promise<void> {
  const { folder, config, board, signal } = node;
  if (component.name === "containerd") {
    await Promise.all([
      seedContainerd(folder.containerd, config.engine),
      // Every pod ended with the node before this one: all their addresses are free.
      rm(folder.addresses, { recursive: true, force: true }),
    ]);
  }
  if (component.after !== "start") {
    await node[component.after];
  }
  if (signal.aborted) {
    return;
  }
  node.log(`starts ${component.name}`);
  await superviseComponent(component, {
    logFile: logFile(folder, component.name),
    env: componentEnvironment(folder, config),
    folder: folder.dir,
    signal,
    onChange: (change) => {
      board.set(component.name, change);
      if (change.lastExit !== undefined) {
        node.log(`${component.name}: ${change.lastExit}`);
      }
    },
  });
}

async function runClusterParts(node: Node, config: ClusterNodeConfig): Promise<void> {
  const { api, board, signal } = node;
  await node.serving;
  node.log("the API server serves");
  await node.ready;
  node.log("the API server is ready");
  const dns = applyUntilDone(node, config.dns);
  const balancer = runLoadBalancer({
    api,
    range: config.loadBalancerRange,
    signal,
    onFollowing: (following) =>
      board.set("load-balancer", { state: following ? "running" : "restarting", restarts: 0 }),
    onLog: (line) => appendFileSync(logFile(node.folder, "load-balancer"), `${new Date().toISOString()} ${line}\n`),
  });
  await Promise.all([dns, balancer]);
}

async function applyUntilDone(node: Node, dns: ClusterNodeConfig["dns"]): Promise<void> {
  while (!node.signal.aborted) {
    try {
      await applyCoreDns(node.api, { image: node.config.engine.images.coredns, dns }, node.signal);
      node.log("cluster DNS is applied");
      return;
    } catch (error) {
      node.log(`cluster DNS is not applied yet: ${(error as Error).message}`);
      await pause(200, node.signal).catch(() => undefined);
    }
  }
}

/** Takes as long as it takes: `up` has the end of patience. */
async function waitForApi(api: ApiClient, signal: AbortSignal, wanted: "serving" | "ready"): Promise<void> {
  while (!signal.aborted) {
    try {
      await api.send("/readyz", { signal, timeoutMs: 2000 });
      return;
    } catch (error) {
      // No connection yet, or an answer that some start hooks still run.
      if (wanted === "serving" && error instanceof ApiError) {
        return;
      }
      await pause(50, signal).catch(() => undefined);
    }
  }
}

/** Nothing of the caller's environment reaches a component: proxies and kubeconfigs of a person's shell would mislead it. */
function componentEnvironment(folder: ClusterFolder, config: NodeConfig): Readonly<Record<string, string>> {
  const { programs, cniDir } = config.engine;
  const folders = [
    ...new Set([path.dirname(programs["containerd-shim-runc-v2"]), path.dirname(programs.runc), cniDir]),
  ];
  return {
    PATH: [
      ...folders,
      firewallTools,
      "/usr/local/sbin",
      "/usr/local/bin",
      "/usr/sbin",
      "/usr/bin",
      "/sbin",
      "/bin",
    ].join(":"),
    HOME: folder.dir,
    TMPDIR: folder.temporary,
  };
}
