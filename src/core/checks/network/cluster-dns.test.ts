import { expect, it } from "vitest";
import { healthyFacts } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";
import { clusterDns } from "./cluster-dns.ts";

function dnsOf(halted?: readonly string[]): MeshFacts {
  const facts = healthyFacts();
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? {
            ...one,
            system: {
              ...one.system,
              dns: { name: "kube-dns", ready: 0, pods: [], ...(halted === undefined ? {} : { halted }) },
            },
          }
        : one,
    ),
  };
}

it("a DNS that is scaled to 0 is scaled up by the command that is printed, with the cluster's context", () => {
  const [finding] = clusterDns.run(dnsOf(["coredns"]));
  expect(finding?.detail).toContain("since Deployment kube-system/coredns is scaled to 0");
  expect(finding?.commands).toEqual([
    "kubectl --context isthmus-east -n kube-system scale deployment coredns --replicas=2",
  ]);
});

it("a DNS whose pods are not ready for another reason has no command that would mend it", () => {
  for (const facts of [dnsOf(), dnsOf([])]) {
    const [finding] = clusterDns.run(facts);
    expect(finding?.commands).toBeUndefined();
    expect(finding?.fix).toContain("kubectl --context isthmus-east -n kube-system get");
  }
});
