import { describe, expect, it } from "vitest";
import type { ComponentState } from "../cluster/node-state.ts";
import type { ClusterFacts, SandboxState } from "./derive-status.ts";
import { deriveClusterStatus, deriveSandboxState } from "./derive-status.ts";

const since = "2026-01-01T00:00:00.000Z";
const etcd: ComponentState = { name: "etcd", state: "running", pid: 7, restarts: 0, since };
const healthy: ClusterFacts = {
  cluster: {
    name: "west",
    region: "west",
    zone: "west-a",
    context: "isthmus-west",
    node: "west-node",
    nodeAddress: "172.30.0.11",
    loadBalancerRange: "172.30.1.0/24",
  },
  apiServer: "https://172.30.0.11:6443",
  alive: true,
  components: [etcd],
  lacks: [],
  startedAt: since,
  now: new Date("2026-01-01T00:10:00.000Z"),
};
const young = { now: new Date("2026-01-01T00:00:05.000Z") };

describe("deriveClusterStatus", () => {
  const table: readonly {
    readonly name: string;
    readonly facts: Partial<ClusterFacts>;
    readonly state: SandboxState;
    readonly problems: readonly string[];
  }[] = [
    { name: "is running when nothing is missing", facts: {}, state: "running", problems: [] },
    {
      name: "is stopped when the node's process is gone",
      facts: { alive: false },
      state: "stopped",
      problems: ["the node does not run"],
    },
    {
      name: "is degraded when a component is being started again",
      facts: { components: [{ name: "etcd", state: "restarting", restarts: 3, since, lastExit: "ended by SIGKILL" }] },
      state: "degraded",
      problems: ["etcd is restarting (ended by SIGKILL)"],
    },
    {
      name: "is degraded when the API lacks something",
      facts: { lacks: ["cluster DNS is not available (…)"] },
      state: "degraded",
      problems: ["cluster DNS is not available (…)"],
    },
    {
      name: "is starting while the node is young",
      facts: { ...young, lacks: ["the API server is not ready"] },
      state: "starting",
      problems: ["the API server is not ready"],
    },
    {
      name: "is starting before the supervisor says anything",
      facts: { components: [], startedAt: undefined },
      state: "starting",
      problems: ["the supervisor has not reported yet"],
    },
    {
      name: "is degraded, young or not, once something had to be restarted",
      facts: { ...young, components: [{ ...etcd, state: "restarting", restarts: 1 }] },
      state: "degraded",
      problems: ["etcd is restarting"],
    },
  ];
  it.each(table)("$name", ({ facts, state, problems }) => {
    const status = deriveClusterStatus({ ...healthy, ...facts });
    expect(status.state).toBe(state);
    expect(status.problems).toEqual(problems);
  });

  it("shows no process and no running component of a node that is gone", () => {
    expect(deriveClusterStatus({ ...healthy, alive: false }).components).toEqual([
      { name: "etcd", state: "stopped", restarts: 0, since },
    ]);
  });
});

describe("deriveSandboxState", () => {
  it.each<readonly [readonly SandboxState[], SandboxState]>([
    [["running", "running"], "running"],
    [["stopped", "stopped"], "stopped"],
    [["running", "stopped"], "degraded"],
    [["running", "starting"], "starting"],
    [["starting", "degraded"], "degraded"],
  ])("%j: %s", (states, expected) => {
    expect(deriveSandboxState(states)).toBe(expected);
  });
});
