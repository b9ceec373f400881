import { describe, expect, it } from "vitest";
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

/** The DNS of east with this of it changed. */
function withDns(change: object): MeshFacts {
  const facts = healthyFacts();
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east" && one.system.dns !== undefined
        ? { ...one, system: { ...one.system, dns: { ...one.system.dns, ...change } } }
        : one,
    ),
  };
}

const ports = [{ name: "dns", port: 53, protocol: "UDP", targetPort: 53 }];
const pod = {
  namespace: "kube-system",
  name: "coredns-1",
  labels: { "k8s-app": "kube-dns" },
  addresses: ["10.42.0.1"],
  ready: true,
  started: "",
  proxy: false,
  init: false,
  hostNetwork: false,
  serviceAccount: "coredns",
  ports: [{ port: 53, protocol: "UDP" }],
  owner: { kind: "Deployment", name: "coredns" },
};

describe("a DNS whose pods are ready", () => {
  it.each<readonly [string, object, string | undefined, readonly string[]]>([
    [
      "is well where it knows what every cluster has",
      { ports, answers: [{ pod: "a", says: "NOERROR" }] },
      undefined,
      [],
    ],
    ["is not judged where nobody asked", { ports }, undefined, []],
    [
      "serves another zone",
      {
        ports,
        pods: [pod],
        answers: [{ pod: "coredns-1", says: "NXDOMAIN" }],
        configuration: { name: "coredns", zones: ["corp.local"], writer: { manager: "kubectl-edit", time: "T" } },
      },
      "ConfigMap kube-system/coredns, written last by kubectl-edit at T has it serve corp.local",
      ["sed -E 's/^( *kubernetes )/\\1cluster.local /'", "rollout restart deployment coredns"],
    ],
    [
      "does not know names for another reason",
      { ports, answers: [{ pod: "coredns-1", says: "SERVFAIL" }] },
      "coredns-1 answers SERVFAIL",
      [],
    ],
    [
      "is asked at another port than pods ask at",
      { ports: [{ ...ports[0], port: 5353 }] },
      "takes look-ups at port 5353",
      ['"path":"/spec/ports/0/port","value":53'],
    ],
    [
      "is led to another port than that of its pods",
      { ports, pods: [pod], targetPort: 5353, answers: [{ pod: "coredns-1", problem: "connection refused" }] },
      "leads to port 5353 of coredns-1",
      ['"path":"/spec/ports/0/targetPort","value":53'],
    ],
    [
      "is another application",
      { ports, unused: ["coredns-1"], answers: [{ pod: "web-1", problem: "connection refused" }] },
      "port 53 of web-1",
      ['"path":"/spec/selector","value":{"k8s-app":"kube-dns"}'],
    ],
    [
      "does not answer at its own port",
      { ports, pods: [pod], targetPort: 53, answers: [{ pod: "coredns-1", problem: "no answer within 4 s" }] },
      "no answer within 4 s",
      [],
    ],
    [
      "could not be asked, which is no finding",
      { ports, answers: [{ pod: "coredns-1", problem: "pods is forbidden" }] },
      undefined,
      [],
    ],
  ])("%s", (_, change, words, commands) => {
    const [finding, ...more] = clusterDns.run(withDns(change));
    expect(more).toEqual([]);
    expect(finding?.code).toBe(words === undefined ? undefined : "ISM598");
    expect(finding?.detail ?? "").toContain(words ?? "");
    expect(finding?.commands ?? []).toHaveLength(commands.length);
    commands.forEach((command, index) => expect(finding?.commands?.[index]).toContain(command));
    expect(finding === undefined || commands.length > 0 || /Whoever .* has to see/.test(finding.fix ?? "")).toBe(true);
  });

  it.each<readonly [string, object, string | undefined, string]>([
    ["NXDOMAIN", { says: "NXDOMAIN", addresses: [] }, "error", "answers NXDOMAIN for"],
    ["no address", { says: "NOERROR", addresses: [] }, "error", "answers no address for"],
    ["another address", { says: "NOERROR", addresses: ["10.9.9.9"] }, "warning", "answers 10.9.9.9 for"],
    ["its address", { says: "NOERROR", addresses: ["10.43.0.9"] }, undefined, ""],
  ])("says of a Service of the mesh: %s", (_, said, severity, words) => {
    const host = "helloworld.sample.svc.cluster.local";
    const answers = [{ pod: "coredns-1", says: "NOERROR", names: [{ host, ...said }] }];
    const facts = withDns({ ports, answers });
    const clusters = facts.clusters.map((one) =>
      one.kind === "reached"
        ? { ...one, services: one.services.map((service) => ({ ...service, addresses: ["10.43.0.9"] })) }
        : one,
    );
    const [finding] = clusterDns.run({ ...facts, clusters });
    expect(finding?.severity).toBe(severity);
    expect(finding?.detail ?? "").toContain(words);
    expect(finding?.breaks ?? []).toEqual([]);
    const gone = facts.clusters.map((one) =>
      one.kind === "reached"
        ? { ...one, services: one.services.map((service) => ({ ...service, present: false })) }
        : one,
    );
    expect(clusterDns.run({ ...facts, clusters: gone })).toEqual([]);
  });

  it("is not seen where this account may not open a way to it", () => {
    const refused = withDns({ answers: [{ pod: "coredns-1", problem: "pods is forbidden" }] });
    expect(clusterDns.unseen?.(refused)).toEqual([
      "coredns-1 of east could not be asked for a name: pods is forbidden",
    ]);
    expect(clusterDns.unseen?.(withDns({ answers: [{ pod: "coredns-1", problem: "no answer" }] }))).toEqual([]);
  });

  it("is selected again where its Service has lost it", () => {
    const [finding] = clusterDns.run(withDns({ ready: 0, selector: { app: "x" }, unused: ["coredns-1"] }));
    expect(finding?.code).toBe("ISM493");
    expect(finding?.detail).toContain("since it selects app=x and coredns-1 has other labels");
    expect(finding?.commands?.[0]).toContain('"path":"/spec/selector"');
  });
});
