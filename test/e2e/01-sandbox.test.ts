import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { forwardPort } from "./forward-port.ts";
import { contextOf, instance, isthmus, kubectl, sandboxKubeconfig, sandboxState } from "./world.ts";

describe("a running sandbox", () => {
  it("tells scripts how to reach its clusters", async () => {
    const state = await sandboxState();
    expect(state.clusters.map(({ name, context, state: one }) => ({ name, context, one }))).toEqual([
      { name: "west", context: contextOf("west"), one: "running" },
      { name: "east", context: contextOf("east"), one: "running" },
    ]);
    expect(statSync(state.kubeconfig).mode & 0o077).toBe(0);
  });

  it("says so when it is brought up again", async () => {
    const ran = await isthmus(["sandbox", "up", "--instance", instance]);
    expect(ran.out).toContain("was running already");
    expect(ran.code).toBe(0);
  });

  it("refuses other clusters than it has, and says what to do", async () => {
    const ran = await isthmus(["sandbox", "up", "--instance", instance, "--names", "north"]);
    expect(ran.code).not.toBe(0);
    expect(ran.err).toContain("sandbox down");
  });

  it("has nodes that carry region and zone", async () => {
    const ran = await kubectl("west", ["get", "nodes", "-o", "jsonpath={.items[0].metadata.labels}"]);
    expect(JSON.parse(ran.out)).toMatchObject({
      "topology.kubernetes.io/region": "west",
      "topology.kubernetes.io/zone": "west-a",
    });
  });

  it("has the same pod and service ranges in both clusters, which do not reach each other", async () => {
    const addresses = await Promise.all(
      ["west", "east"].map(async (cluster) =>
        kubectl(cluster, ["-n", "kube-system", "get", "service", "kube-dns", "-o", "jsonpath={.spec.clusterIP}"]),
      ),
    );
    expect(addresses.map((one) => one.out)).toEqual(["10.43.0.10", "10.43.0.10"]);
  });

  it("works with kubectl logs, exec and port-forward", async () => {
    const logs = await kubectl("west", ["-n", "kube-system", "logs", "deploy/coredns"]);
    expect(logs.out).toContain("CoreDNS-");
    const exec = await kubectl("west", ["-n", "kube-system", "exec", "deploy/coredns", "--", "/coredns", "-version"]);
    expect(exec.out + exec.err).toContain("CoreDNS-");
    const options = ["--kubeconfig", sandboxKubeconfig(), "--context", contextOf("west"), "-n", "kube-system"];
    const answer = await forwardPort([...options, "deploy/coredns", ":8181"], async (port) =>
      fetch(`http://127.0.0.1:${port}/ready`),
    );
    expect(answer.status).toBe(200);
  });

  it("gives the log of each component, and names them when asked for another", async () => {
    const log = await isthmus(["sandbox", "logs", "west", "kube-apiserver", "--instance", instance, "--tail", "5"]);
    expect(log.out.trim().split("\n")).toHaveLength(5);
    const wrong = await isthmus(["sandbox", "logs", "west", "kubelett", "--instance", instance]);
    expect(wrong.code).toBe(64);
    expect(wrong.err).toContain("kubelet");
  });
});
