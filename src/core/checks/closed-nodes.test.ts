import { expect, it } from "vitest";
import { healthyCluster } from "../testing/healthy-cluster.ts";
import { closedNodes } from "./closed-nodes.ts";
import type { NodeFacts } from "./node-facts.ts";

const maintenance = { key: "maintenance", value: "yes", effect: "NoExecute" };
const gpu = { key: "nvidia.com/gpu", effect: "NoSchedule" };
const team = { key: "team", value: "a", effect: "NoSchedule" };

function node(name: string, more: Partial<NodeFacts> = {}): NodeFacts {
  return { name, ready: true, region: "", zone: "", ...more };
}

function commandsFor(words: string, ...nodes: readonly NodeFacts[]): readonly string[] {
  return closedNodes({ ...healthyCluster("east"), nodes }, `0/${nodes.length} nodes are available: ${words}`).commands;
}

const kubectl = "kubectl --context isthmus-east";

it.each<readonly [string, string, readonly NodeFacts[], readonly string[]]>([
  [
    "a taint that is named",
    "1 node(s) had untolerated taint {maintenance: yes}, 1 node(s) had untolerated taint {nvidia.com/gpu: }",
    [node("a", { taints: [maintenance] }), node("b", { taints: [gpu] })],
    [`${kubectl} taint node a maintenance:NoExecute-`],
  ],
  [
    "the one kind of taint that a person has set, where none is named",
    "2 node(s) had untolerated taint(s)",
    [node("a", { taints: [maintenance] }), node("b", { taints: [gpu] })],
    [`${kubectl} taint node a maintenance:NoExecute-`],
  ],
  [
    "nothing where several are there, of which some are meant",
    "2 node(s) had untolerated taint(s)",
    [node("a", { taints: [maintenance] }), node("b", { taints: [team] })],
    [],
  ],
  [
    "nothing where a node has too little left",
    "1 node(s) had untolerated taint {maintenance: yes}, 1 Insufficient cpu",
    [node("a", { taints: [maintenance] }), node("b")],
    [],
  ],
  [
    "nothing where the pod asks for other nodes",
    "1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable",
    [node("a", { cordoned: true }), node("b")],
    [],
  ],
  ["a cordoned node", "1 node(s) were unschedulable", [node("a", { cordoned: true })], [`${kubectl} uncordon a`]],
  ["no cordon that is not why", "1 node(s) had untolerated taint {x: y}", [node("a", { cordoned: true })], []],
  [
    "a cordon beside taints that nobody names",
    "1 node(s) were unschedulable, 1 node(s) had untolerated taint(s)",
    [node("a", { cordoned: true }), node("b", { taints: [team] })],
    [`${kubectl} uncordon a`],
  ],
  ...[
    "node-role.kubernetes.io/control-plane",
    "node.cloudprovider.kubernetes.io/shutdown",
    "node.kubernetes.io/disk-pressure",
    "karpenter.sh/disrupted",
    "node.cilium.io/agent-not-ready",
    "ToBeDeletedByClusterAutoscaler",
  ].map((key): readonly [string, string, readonly NodeFacts[], readonly string[]] => [
    `nothing that a controller keeps: ${key}`,
    `1 node(s) had untolerated taint {${key}: }`,
    [node("a", { taints: [{ key, effect: "NoSchedule" }] })],
    [],
  ]),
])("opens %s", (_, words, nodes, commands) => {
  expect(commandsFor(words, ...nodes)).toEqual(commands);
});
