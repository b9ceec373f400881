import { describe, expect, it } from "vitest";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import type { Finding } from "./check.ts";
import type { DriftFacts } from "./drift-facts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import type { NetworkPolicyFacts, NetworkRule } from "./policy-facts.ts";
import { closed } from "./policies/closed.ts";
import { networkPolicies } from "./policies/network-policies.ts";
import { open } from "./policies/open.ts";

const everything = { matchLabels: {}, matchExpressions: [] };
const denyAll: NetworkPolicyFacts = {
  namespace: "sample",
  name: "deny",
  podSelector: everything,
  types: { ingress: true, egress: true },
  ingress: [],
  egress: [],
};
const own = { ...denyAll, name: "np-helloworld", own: true };
const admitAll: NetworkRule = { peers: [], ports: [] };
const kiali = {
  namespace: "istio-system",
  name: "kiali-1",
  labels: { app: "kiali" },
  addresses: ["10.42.0.77"],
  proxy: false,
  hostNetwork: false,
  ports: [],
};

function east(change: Partial<ReachedCluster>): MeshFacts {
  return withCluster("east", () => change);
}

function left({ namespace, name }: NetworkPolicyFacts): DriftFacts {
  const id = { group: "networking.k8s.io", kind: "NetworkPolicy", namespace, name };
  return { kind: "compared", applied: true, objects: [{ id, state: "left", fields: [] }], unknown: [] };
}

function inEast(findings: readonly Finding[]): Finding {
  const found = findings.filter(({ cluster }) => cluster === "east");
  expect(found).toHaveLength(1);
  return found[0] ?? expect.fail("there is none");
}

describe("what closes connections of the mesh", () => {
  const fixOf = (policies: readonly NetworkPolicyFacts[], change: Partial<ReachedCluster> = {}): string =>
    inEast(networkPolicies.run(east({ ...change, networkPolicies: policies }))).fix ?? "";

  it("is to be deleted whole, or to be left, where others have written it", () => {
    expect(fixOf([denyAll, { ...denyAll, name: "deny-too" }])).toContain(
      "kubectl --context isthmus-east -n sample delete networkpolicy deny deny-too.",
    );
    expect(fixOf([denyAll])).toContain("With spec.hardening.networkPolicies: true an apply writes");
  });

  it("is not to be deleted where it is isthmus' own, and no mesh file is to say what it says", () => {
    const fix = fixOf([denyAll, own]);
    expect(fix).toContain("np-helloworld is written by isthmus, from a mesh file that does not ask for this");
    expect(fix).toContain("apply -f -");
    expect(fix).not.toMatch(/delete networkpolicy|spec\.hardening/);
  });

  it("goes with --prune where the mesh file asks for it no longer", () => {
    const fix = fixOf([own], { drift: left(own) });
    expect(fix).toContain("np-helloworld, which isthmus has written: isthmus apply --prune deletes it.");
  });

  it.each(["changed", "gone", "pending"] as const)("is an apply's where a policy of isthmus there is %s", (state) => {
    const drift: DriftFacts = left(own);
    const objects = drift.kind === "compared" ? drift.objects.map((object) => ({ ...object, state })) : [];
    const fix = fixOf([denyAll, own], { drift: { ...drift, kind: "compared", applied: true, unknown: [], objects } });
    expect(fix).toContain("isthmus apply --cluster east writes them.");
    expect(fix).not.toMatch(/kubectl|a mesh file that does not ask/);
  });

  it("is not said to be against the mesh file where nobody compared", () => {
    expect(fixOf([own], { drift: { kind: "not-judged", reason: "no mesh file" } })).toContain(
      "np-helloworld is written by isthmus: what is to be open beside it",
    );
  });

  it("does not open with --prune where another policy closes it too", () => {
    expect(fixOf([denyAll, own], { drift: left(own) })).not.toContain("--prune");
  });

  it("is not to be deleted where it is one that isthmus has printed", () => {
    expect(fixOf([denyAll, { ...denyAll, name: "admit-helloworld-0a1b2c" }])).not.toContain("delete networkpolicy");
  });
});

describe("what is open beyond connections of the mesh", () => {
  const everywhere = (namespace: string, name: string, more: Partial<NetworkPolicyFacts> = {}): NetworkPolicyFacts => ({
    ...denyAll,
    namespace,
    name,
    ...more,
  });
  const strict = ["istio-system", "sample"].map((namespace) => everywhere(namespace, "np-strict", { own: true }));

  it("is nothing where policies of isthmus select all pods", () => {
    const facts = east({ networkPolicies: strict });
    expect(open.run(facts).filter(({ cluster }) => cluster === "east")).toEqual([]);
    expect(open.unseen?.(facts)).toEqual([]);
  });

  it("are pods beside the mesh that no policy selects", () => {
    const selected = { ...kiali, name: "selected", namespace: "sample" };
    const facts = east({
      networkPolicies: [
        everywhere("sample", "np-strict", { own: true }),
        everywhere("istio-system", "others", {
          own: true,
          podSelector: { matchLabels: {}, matchExpressions: [{ key: "app", operator: "NotIn", values: ["kiali"] }] },
        }),
      ],
      otherPods: [kiali, selected, { ...kiali, name: "on-node", hostNetwork: true }],
    });
    const found = open.run(facts).filter(({ cluster }) => cluster === "east");
    expect(found.map(({ detail }) => detail)).toEqual(
      ["whatever comes in", "whatever goes out"].map((way) =>
        expect.stringContaining(`In east no NetworkPolicy selects istio-system/kiali-1 for ${way}: all of it is open.`),
      ),
    );
    expect(found[0]?.fix).toContain("isthmus netpol matrix -n istio-system --cluster east");
  });

  it("is what comes into an egress gateway, and not its way out", () => {
    const gateway = { ...kiali, name: "egress", labels: { istio: "egressgateway" }, proxy: true };
    const facts = east({
      networkPolicies: [
        everywhere("sample", "np-strict", { own: true }),
        everywhere("istio-system", "others", {
          own: true,
          podSelector: {
            matchLabels: {},
            matchExpressions: [{ key: "istio", operator: "NotIn", values: ["egressgateway"] }],
          },
        }),
      ],
      otherPods: [gateway],
    });
    expect(inEast(open.run(facts)).detail).toContain("istio-system/egress for whatever comes in");
  });

  it("is what a policy of isthmus opens that the mesh file asks for no longer", () => {
    const old = everywhere("istio-system", "np-istio.egress", {
      own: true,
      types: { ingress: false, egress: true },
      egress: [admitAll],
    });
    const networkPolicies = [...strict, old];
    expect(open.run(east({ networkPolicies })).filter(({ cluster }) => cluster === "east")).toEqual([]);
    const found = inEast(open.run(east({ networkPolicies, drift: left(old) })));
    expect(found.detail).toContain("NetworkPolicy istio-system/np-istio.egress of east opens more than connections");
    expect(found.fix).toBe(
      "isthmus has written it, and the mesh file asks for it no longer: isthmus apply --prune deletes it.",
    );
  });

  it("is not all known where nobody looked at other pods, or compared what isthmus has written", () => {
    const { otherPods: _, drift: __, ...one } = healthyEast();
    const facts: MeshFacts = {
      ...healthyFacts(),
      clusters: [{ ...one, networkPolicies: strict }],
    };
    expect(open.unseen?.(facts)).toEqual([
      "pods beside the mesh's own in east: nobody looked",
      "nobody compared in east",
    ]);
  });

  function healthyEast(): ReachedCluster {
    const found = healthyFacts().clusters.find(({ cluster }) => cluster === "east");
    return found?.kind === "reached" ? found : expect.fail("east answers");
  }
});

describe("what closes something that services may need", () => {
  it("is a policy that leaves out a further port of a Service", () => {
    const facts = withCluster("east", (one) => ({
      services: one.services.map((service) => ({
        ...service,
        servicePorts: [...service.servicePorts, { port: 9000, protocol: "TCP", targetPort: 15_999 }],
      })),
      pods: one.pods.flatMap((pod) =>
        pod.namespace === "sample" ? [pod, { ...pod, name: "caller", labels: { app: "caller" } }] : [pod],
      ),
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...everything, matchLabels: { app: "helloworld" } },
          types: { ingress: true, egress: false },
          ingress: [{ peers: [], ports: [{ protocol: "TCP", port: 5000 }] }],
        },
      ],
    }));
    const [service] = facts.mesh.services;
    const caller = service === undefined ? [] : [{ ...service, name: "caller", port: 8080 }];
    const asked = {
      ...facts,
      mesh: { ...facts.mesh, services: [...facts.mesh.services, ...caller] },
      clusters: facts.clusters.map((one) =>
        one.kind === "reached"
          ? {
              ...one,
              services: one.services.flatMap((found) => [
                found,
                { ...found, service: "sample/caller", selector: { app: "caller" } },
              ]),
            }
          : one,
      ),
    };
    expect(inEast(closed.run(asked)).detail).toContain(
      "NetworkPolicy sample/deny of east closes what no policy admits: requests of sample/caller to sample/helloworld at port 15999.",
    );
  });

  it("is a policy that closes metrics or requests of sidecars to an egress gateway", () => {
    const gateway = {
      ...kiali,
      name: "egress",
      labels: { app: "istio-egressgateway", istio: "egressgateway" },
      ports: [8080, 15_021, 15_090].map((port) => ({ port, protocol: "TCP" })),
    };
    const facts = withCluster("east", (one) => ({
      otherPods: [gateway],
      system: {
        ...one.system,
        scrapers: (one.system.dns?.pods ?? []).map((pod) => ({ ...pod, namespace: "monitoring", namespaceLabels: {} })),
      },
      networkPolicies: [
        {
          ...denyAll,
          namespace: "istio-system",
          podSelector: { ...everything, matchLabels: { istio: "egressgateway" } },
          types: { ingress: true, egress: false },
        },
      ],
    }));
    expect(inEast(closed.run(facts)).detail).toBe(
      "NetworkPolicy istio-system/deny of east closes what no policy admits: Prometheus of monitoring reading metrics of istio-system at port 15020; requests of the pods of sample to istio-egressgateway at port 8080.",
    );
  });
});
