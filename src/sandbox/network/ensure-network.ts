import {
  frontDoorPort,
  hardwareAddress,
  hostLink,
  innerLinks,
  nodeNamespace,
  nodePort,
  ownerMark,
  rancherPort,
  switchNamespace,
} from "./names.ts";
import { ensureNamespaces } from "./namespaces.ts";
import { unreachableMetric } from "./host-routes.ts";
import type { SandboxRanges } from "./ranges.ts";
import { serviceRange } from "./ranges.ts";
import { writeResolverFiles } from "./resolver-files.ts";
import { runSystemCommand } from "../process/system-command.ts";

/** What a sandbox's network is made of. `clusters` are in the order of `ranges.clusters`. */
export interface NetworkPlan {
  readonly instance: string;
  /** The sandbox's state folder: the host's link says whose it is. */
  readonly folder: string;
  readonly ranges: SandboxRanges;
  readonly clusters: readonly string[];
  /** Name of the Rancher double's own cluster, where the sandbox has one. Its node hands out no addresses. */
  readonly rancher?: string;
  /** Name of the node of a front door's servers, where the sandbox has one. */
  readonly frontDoor?: string;
}

interface Node {
  readonly nodeAddress: string;
  readonly loadBalancerRange?: string;
  /** Where the cluster is flat: its pods. */
  readonly flatPods?: string;
  readonly namespace: string;
  readonly port: string;
}

/**
 * Makes what is missing of a sandbox's network, and nothing twice:
 *
 * - a namespace with the sandbox's bridge. It is not the host's bridge, so that
 *   the host's firewall (Docker's drops forwarded frames wherever br_netfilter
 *   is on) has no say between nodes, and no sysctl of the host is changed;
 * - one link from the host to the bridge, routes to the load balancer ranges,
 *   and a last resort that lets no packet for the sandbox leave the machine;
 * - a namespace for each node with its link to the bridge and routes to the
 *   other clusters' load balancers, and between flat clusters to their pods.
 *   There is no default route: the ranges of services, and of the other
 *   clusters' pods, are the same everywhere and end at the node;
 * - with a front door, resolver files by which commands in the namespaces know
 *   its names.
 */
export async function ensureNetwork(plan: NetworkPlan, signal: AbortSignal): Promise<void> {
  const nodes: readonly Node[] = [
    ...plan.ranges.clusters.map(({ nodeAddress, loadBalancerRange, podRange, flat }, position) => ({
      nodeAddress,
      loadBalancerRange,
      ...(flat ? { flatPods: podRange } : {}),
      namespace: nodeNamespace(plan.instance, plan.clusters[position] ?? ""),
      port: nodePort(position),
    })),
    ...otherNode(plan, plan.rancher, plan.ranges.rancherAddress, rancherPort),
    ...otherNode(plan, plan.frontDoor, plan.ranges.frontDoorAddress, frontDoorPort),
  ];
  const middle = switchNamespace(plan.instance);
  const fresh = await ensureNamespaces([middle, ...nodes.map((one) => one.namespace)], signal);
  const ports = fresh.has(middle) ? new Set<string>() : await readLinks(middle, signal);
  await ensureSwitch(plan, middle, ports, signal);
  await Promise.all([
    ensureHostRoutes(plan, signal),
    ...nodes.map(async (node) => ensureNode(node, nodes, { middle, ports }, signal)),
  ]);
  if (plan.frontDoor !== undefined) {
    await writeResolverFiles(
      nodes.map((one) => one.namespace),
      plan.ranges.frontDoorAddress,
    );
  }
  await connectPorts(middle, [innerLinks.uplink, ...nodes.map((one) => one.port)], signal);
}

/** A node without load balancers, where there is one. */
function otherNode(
  { instance }: NetworkPlan,
  name: string | undefined,
  nodeAddress: string,
  port: string,
): readonly Node[] {
  return name === undefined ? [] : [{ nodeAddress, namespace: nodeNamespace(instance, name), port }];
}

async function ensureSwitch(
  plan: NetworkPlan,
  middle: string,
  links: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const lines = [`link set lo up`];
  if (!links.has(innerLinks.bridge)) {
    lines.push(`link add ${innerLinks.bridge} type bridge`);
  }
  lines.push(`link set ${innerLinks.bridge} up`);
  await runBatch(lines, middle, signal);
  const uplink = hostLink(plan.ranges.index);
  if (!links.has(innerLinks.uplink)) {
    const mark = ownerMark(plan.instance, plan.folder);
    await runBatch(
      [
        `link add ${uplink} address ${hardwareAddress(plan.ranges.hostAddress)} type veth peer name ${innerLinks.uplink} netns ${middle}`,
        `link set ${uplink} alias "${mark}"`,
      ],
      undefined,
      signal,
    );
  }
}

async function ensureHostRoutes(plan: NetworkPlan, signal: AbortSignal): Promise<void> {
  const { index, block, hostAddress, clusters } = plan.ranges;
  const link = hostLink(index);
  await runBatch(
    [
      `addr replace ${hostAddress}/24 dev ${link}`,
      `link set ${link} up`,
      ...clusters.map((one) => `route replace ${one.loadBalancerRange} via ${one.nodeAddress} dev ${link}`),
      `route replace unreachable ${block} metric ${unreachableMetric}`,
    ],
    undefined,
    signal,
  );
}

async function ensureNode(
  node: Node,
  all: readonly Node[],
  { middle, ports }: { readonly middle: string; readonly ports: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<void> {
  const links = await readLinks(node.namespace, signal);
  const lines: string[] = [];
  if (!links.has(innerLinks.node)) {
    if (ports.has(node.port)) {
      // Its other end is in a namespace that lost its name and is not gone yet.
      await runBatch([`link delete ${node.port}`], middle, signal);
    }
    lines.push(
      `link add ${innerLinks.node} address ${hardwareAddress(node.nodeAddress)} type veth peer name ${node.port} netns ${middle}`,
    );
  }
  if (!links.has(innerLinks.services)) {
    lines.push(`link add ${innerLinks.services} type bridge`);
  }
  lines.push(
    "link set lo up",
    `addr replace ${node.nodeAddress}/24 dev ${innerLinks.node}`,
    `link set ${innerLinks.node} up`,
    // What the node itself sends to a service needs a route before kube-proxy's output hook translates it.
    // A bridge without ports is a device that swallows the rest; dummy links are missing in small kernels.
    `link set ${innerLinks.services} up`,
    `route replace ${serviceRange} dev ${innerLinks.services} src ${node.nodeAddress}`,
    ...all
      .filter((one) => one.loadBalancerRange !== undefined)
      .map((one) =>
        one === node
          ? `route replace ${one.loadBalancerRange} dev ${innerLinks.services} src ${one.nodeAddress}`
          : `route replace ${one.loadBalancerRange} via ${one.nodeAddress} dev ${innerLinks.node}`,
      ),
    ...(node.flatPods === undefined ? [] : all)
      .filter((one) => one !== node && one.flatPods !== undefined)
      .map((one) => `route replace ${one.flatPods} via ${one.nodeAddress} dev ${innerLinks.node}`),
    `route replace unreachable default metric ${unreachableMetric}`,
  );
  await runBatch(lines, node.namespace, signal);
}

async function connectPorts(middle: string, ports: readonly string[], signal: AbortSignal): Promise<void> {
  await runBatch(
    ports.map((port) => `link set ${port} master ${innerLinks.bridge} up`),
    middle,
    signal,
  );
}

async function readLinks(namespace: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const text = await runSystemCommand("ip", ["-netns", namespace, "-json", "link", "show"], { signal });
  return new Set((JSON.parse(text) as readonly { readonly ifname: string }[]).map((one) => one.ifname));
}

async function runBatch(lines: readonly string[], namespace: string | undefined, signal: AbortSignal): Promise<void> {
  const where = namespace === undefined ? [] : ["-netns", namespace];
  await runSystemCommand("ip", [...where, "-batch", "-"], { input: `${lines.join("\n")}\n`, signal });
}
