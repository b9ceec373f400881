import { describe, expect, it } from "vitest";
import type { Json } from "../model/kube-object.ts";
import { distinctPods } from "./pod-kinds.ts";
import { policyFactsOf } from "./policy-facts-of.ts";

const common = { namespace: "shop", hostNetwork: false, ports: [{ name: "http", port: 8080, protocol: "TCP" }] };
const labels = { app: "web", "pod-template-hash": "5c8d" };
const pods = [
  { ...common, name: "one", labels, addresses: ["10.42.0.1"] },
  { ...common, name: "two", labels: { ...labels, "pod-template-hash": "7d9f" }, addresses: ["10.42.7.1"] },
  {
    ...common,
    name: "three",
    labels: { ...labels, "apps.kubernetes.io/pod-index": "0" },
    addresses: ["10.42.0.3"],
    ports: [{ name: "http", port: 9090, protocol: "TCP" }],
  },
];

function namesOf(spec: Json): readonly string[] {
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "shop", name: "one" },
  };
  return distinctPods([policyFactsOf({ ...policy, spec })], pods).map(({ name }) => name);
}

describe("pods that policies take alike", () => {
  it("are those of one workload, where nothing asks for hashes, addresses or names of ports", () => {
    expect(namesOf({ podSelector: { matchLabels: { app: "web" } } })).toEqual(["one"]);
  });

  it.each<[string, Json, readonly string[]]>([
    ["a hash", { podSelector: { matchLabels: { "pod-template-hash": "5c8d" } } }, ["one", "two"]],
    [
      "the number of a pod, in a rule",
      {
        podSelector: {},
        ingress: [
          {
            from: [
              { podSelector: { matchExpressions: [{ key: "apps.kubernetes.io/pod-index", operator: "Exists" }] } },
            ],
          },
        ],
      },
      ["one", "three"],
    ],
    [
      "a block of addresses",
      { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: "10.42.0.0/16", except: ["10.42.7.0/24"] } }] }] },
      ["one", "two"],
    ],
    ["the name of a port", { podSelector: {}, ingress: [{ ports: [{ port: "http" }] }] }, ["one", "three"]],
  ])("are apart where a policy asks for %s", (_, spec, names) => {
    expect(namesOf(spec)).toEqual(names);
  });
});
