import { describe, expect, it } from "vitest";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import { flowsOf } from "../../policies/flows-of.ts";
import { runChecks } from "../run-checks.ts";
import { closed } from "./closed.ts";
import { networkPolicies } from "./network-policies.ts";

const stateOf = (facts: ReturnType<typeof healthyFacts>): string | undefined =>
  runChecks(facts, { pre: false }).results.find(({ id }) => id === "policies/network-policies")?.state;

it("never says that connections get through where policies of kinds are that nobody judges, and names them", () => {
  const facts = withCluster("east", () => ({
    otherPolicies: ["CiliumNetworkPolicy shop/deny", "AdminNetworkPolicy guard"],
  }));
  const result = runChecks(facts, { pre: false }).results.find(({ id }) => id === "policies/network-policies");
  expect(result?.state).toBe("unknown");
  expect(result?.unseen).toEqual([
    "east has policies of kinds that isthmus cannot judge: CiliumNetworkPolicy shop/deny, AdminNetworkPolicy guard",
  ]);
});

it("says it where there are none", () => {
  expect(stateOf(healthyFacts())).toBe("ok");
  expect(stateOf(withCluster("east", () => ({ otherPolicies: [] })))).toBe("ok");
});

it("warns where calls between services are closed and the requests from outside are not", () => {
  const facts = healthyFacts();
  const [helloworld] = facts.mesh.services;
  const [other] = facts.clusters.flatMap((one) =>
    one.kind === "reached" && one.cluster === "east" ? one.pods.filter(({ namespace }) => namespace === "sample") : [],
  );
  if (helloworld === undefined || other === undefined) {
    throw new Error("the healthy mesh has a service with pods in east");
  }
  const caller = { ...helloworld, name: "caller", routes: [] };
  const changed = withCluster("east", (one) => ({
    pods: [
      ...one.pods,
      { ...other, name: "caller-1", labels: { app: "caller" }, proxy: true, addresses: ["10.42.0.99"] },
    ],
    services: one.services.flatMap((service) =>
      service.service === `${helloworld.namespace}/${helloworld.name}`
        ? [service, { ...service, service: `${caller.namespace}/caller`, selector: { app: "caller" } }]
        : [service],
    ),
    networkPolicies: [
      {
        namespace: caller.namespace,
        name: "quiet",
        podSelector: { matchLabels: { app: "caller" }, matchExpressions: [] },
        types: { ingress: false, egress: true },
        ingress: [],
        egress: [
          {
            peers: [],
            ports: [
              { protocol: "TCP", port: 15_012 },
              { protocol: "TCP", port: 53 },
            ],
          },
          { peers: [], ports: [{ protocol: "UDP" }] },
        ],
      },
    ],
  }));
  const meshed = { ...changed, mesh: { ...changed.mesh, services: [...changed.mesh.services, caller] } };
  expect(networkPolicies.run(meshed)).toEqual([]);
  const found = closed.run(meshed);
  expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["warning ISM558"]);
  expect(found[0]?.detail).toContain("requests of sample/caller to sample/helloworld at port ");
  expect(found[0]?.fix).toMatch(/"name":"admit-caller-egress-[0-9a-f]{6}"/);
});

it("sees that a policy before the cluster's DNS keeps look-ups out, and that one which lets them in does not", () => {
  const before = (ingress: readonly object[]): ReturnType<typeof healthyFacts> =>
    withCluster("east", () => ({
      networkPolicies: [
        {
          namespace: "kube-system",
          name: "quiet",
          podSelector: { matchLabels: {}, matchExpressions: [] },
          types: { ingress: true, egress: false },
          ingress: ingress as never,
          egress: [],
        },
      ],
    }));
  const [finding, ...more] = networkPolicies.run(before([]));
  expect(more).toEqual([]);
  expect(finding).toMatchObject({ code: "ISM448", cluster: "east", object: { namespace: "kube-system" } });
  expect(finding?.detail).toContain("look-ups of names by the pods of sample (UDP 53)");
  expect(networkPolicies.run(before([{ peers: [], ports: [{ protocol: "UDP", port: 53 }] }]))).toEqual([]);
});

it("asks for no way of a gateway between networks to or from a service that is not exported", () => {
  const withExport = (exported: boolean) => {
    const facts = healthyFacts();
    return { ...facts, mesh: { ...facts.mesh, services: facts.mesh.services.map((one) => ({ ...one, exported })) } };
  };
  const asked = (exported: boolean): readonly string[] => {
    const facts = withExport(exported);
    const flows = flowsOf(facts);
    const all = facts.clusters.flatMap((one) => (one.kind === "reached" ? flows(one) : []));
    return all.map(({ what }) => what).filter((what) => /^requests of .*east-?west/.test(what));
  };
  expect(asked(true)).not.toEqual([]);
  expect(asked(false)).toEqual([]);
});

describe("a gateway that lets in blocks of addresses alone", () => {
  const withBlock = (cidr: string): ReturnType<typeof healthyFacts> =>
    withCluster("east", () => ({
      networkPolicies: [
        {
          namespace: "istio-system",
          name: "door",
          podSelector: { matchLabels: { istio: "eastwestgateway" }, matchExpressions: [] },
          types: { ingress: true, egress: false },
          ingress: [{ peers: [{ ipBlock: { cidr, except: [] } }], ports: [] }],
          egress: [],
        },
      ],
    }));
  const resultsOf = (facts: ReturnType<typeof healthyFacts>): readonly (readonly unknown[])[] =>
    runChecks(facts, { pre: false, strict: true })
      .results.filter(({ id }) => id === "policies/network-policies" || id === "policies/closed")
      .map(({ id, state, unseen }) => [id, state, unseen]);
  const whether = (what: string): string =>
    `whether NetworkPolicy istio-system/door of east admits ${what}: its rules name blocks of addresses, and the address of the other end is not known`;

  it("is neither wrong nor seen to be right, for other networks come from addresses that nobody knows", () => {
    expect(resultsOf(withBlock("192.0.2.0/24"))).toEqual([
      [
        "policies/network-policies",
        "unknown",
        [whether("requests from outside to istio-eastwestgateway at port 15443")],
      ],
      [
        "policies/closed",
        "unknown",
        [whether("health checks of load balancers at port 15021 of istio-eastwestgateway")],
      ],
    ]);
  });

  it("is right where the block has all addresses", () => {
    expect(resultsOf(withBlock("0.0.0.0/0"))).toEqual([
      ["policies/network-policies", "ok", undefined],
      ["policies/closed", "ok", undefined],
    ]);
  });
});
