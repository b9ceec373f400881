import type { ComponentState } from "../cluster/node-state.ts";
import { podRange } from "../network/ranges.ts";
import type { RecordedCluster } from "./instance-record.ts";

/**
 * `running`: everything works. `starting`: the node is young and not there yet.
 * `degraded`: something is missing. `stopped`: the node does not run.
 */
export type SandboxState = "running" | "starting" | "degraded" | "stopped";

export interface ClusterStatus {
  readonly name: string;
  /** The kubeconfig context. */
  readonly context: string;
  readonly state: SandboxState;
  /** What is missing, in sentences' parts; empty exactly when the state is `running`. */
  readonly problems: readonly string[];
  /** `https://172.30.0.11:6443`. */
  readonly apiServer: string;
  /** CIDR. */
  readonly loadBalancerRange: string;
  /** CIDR. */
  readonly podRange: string;
  /** True where pods of the sandbox's other flat clusters reach those of this one under their own addresses. */
  readonly flat: boolean;
  readonly node: string;
  readonly nodeAddress: string;
  readonly region: string;
  readonly zone: string;
  /** `pid` is the machine's number of the process. */
  readonly components: readonly ComponentState[];
}

/** What is known about a cluster at one moment. */
export interface ClusterFacts extends NodeFacts {
  readonly cluster: RecordedCluster;
  readonly apiServer: string;
}

/** What is known about a node at one moment. */
export interface NodeFacts {
  /** The node's process lives, in the namespace that bears its name. */
  readonly alive: boolean;
  readonly components: readonly ComponentState[];
  /** What the cluster's API says is missing. */
  readonly lacks: readonly string[];
  readonly startedAt: string | undefined;
  readonly now: Date;
}

/** A node that is younger than this is on its way, not broken. */
const youthMs = 30_000;

/** Judges a node by its facts. */
export function deriveNodeStatus(facts: NodeFacts): Pick<ClusterStatus, "state" | "problems" | "components"> {
  const components = facts.alive
    ? facts.components
    : facts.components.map(({ pid: _, ...rest }) => ({ ...rest, state: "stopped" as const }));
  const problems = listProblems(facts);
  return { state: judge(facts, problems), problems, components };
}

/** Judges a cluster by its facts. */
export function deriveClusterStatus(facts: ClusterFacts): ClusterStatus {
  const { cluster } = facts;
  const { state, problems, components } = deriveNodeStatus(facts);
  return {
    name: cluster.name,
    context: cluster.context,
    state,
    problems,
    apiServer: facts.apiServer,
    loadBalancerRange: cluster.loadBalancerRange,
    podRange: cluster.podRange ?? podRange,
    flat: cluster.flat === true,
    node: cluster.node,
    nodeAddress: cluster.nodeAddress,
    region: cluster.region,
    zone: cluster.zone,
    components,
  };
}

/** A sandbox is what its worst cluster is; stopped only when all are. */
export function deriveSandboxState(states: readonly SandboxState[]): SandboxState {
  if (states.every((state) => state === "running")) {
    return "running";
  }
  if (states.every((state) => state === "stopped")) {
    return "stopped";
  }
  return states.every((state) => state === "running" || state === "starting") ? "starting" : "degraded";
}

function listProblems(facts: NodeFacts): readonly string[] {
  if (!facts.alive) {
    return ["the node does not run"];
  }
  if (facts.components.length === 0) {
    return ["the supervisor has not reported yet"];
  }
  const ailing = facts.components
    .filter((one) => one.state !== "running")
    .map((one) => `${one.name} is ${one.state}${one.lastExit === undefined ? "" : ` (${one.lastExit})`}`);
  return [...ailing, ...facts.lacks];
}

function judge(facts: NodeFacts, problems: readonly string[]): SandboxState {
  if (!facts.alive) {
    return "stopped";
  }
  if (problems.length === 0) {
    return "running";
  }
  const age = facts.startedAt === undefined ? 0 : facts.now.getTime() - Date.parse(facts.startedAt);
  return age < youthMs && facts.components.every((one) => one.restarts === 0) ? "starting" : "degraded";
}
