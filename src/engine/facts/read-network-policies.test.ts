import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readNetworkPolicies } from "./read-network-policies.ts";

const { signal } = new AbortController();
const everything = { matchLabels: {}, matchExpressions: [] };

const policy = (name: string, spec: object | undefined): never =>
  ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "sample" },
    ...(spec === undefined ? {} : { spec }),
  }) as never;

/** What stands in the object, and what Kubernetes takes it for. */
const table: readonly (readonly [string, object | undefined, object])[] = [
  [
    "no spec: every pod, ingress, nobody",
    undefined,
    { podSelector: everything, types: { ingress: true, egress: false }, ingress: [], egress: [] },
  ],
  ["an empty list of egress rules: ingress alone", { egress: [] }, { types: { ingress: true, egress: false } }],
  [
    "a rule for egress: both directions",
    { egress: [{}] },
    { types: { ingress: true, egress: true }, egress: [{ peers: [], ports: [] }] },
  ],
  ["egress alone", { policyTypes: ["Egress"] }, { types: { ingress: false, egress: true } }],
  ["a rule without content: everybody", { ingress: [null] }, { ingress: [{ peers: [], ports: [] }] }],
  [
    "peers and ports",
    {
      podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] },
      ingress: [
        {
          from: [
            { namespaceSelector: {}, podSelector: { matchLabels: { a: "b" } } },
            { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
          ],
          ports: [{ port: 80, endPort: 90 }, { port: "http", protocol: "UDP" }, {}],
        },
      ],
    },
    {
      podSelector: { matchLabels: {}, matchExpressions: [{ key: "app", operator: "Exists", values: [] }] },
      ingress: [
        {
          peers: [
            { namespaceSelector: everything, podSelector: { matchLabels: { a: "b" }, matchExpressions: [] } },
            { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
          ],
          ports: [{ protocol: "TCP", port: 80, endPort: 90 }, { protocol: "UDP", port: "http" }, { protocol: "TCP" }],
        },
      ],
    },
  ],
];

it.each(table)("reads %s", async (_, spec, expected) => {
  const { server, client } = await connectFake();
  server.put(policy("p", spec));
  expect(await readNetworkPolicies(client, ["sample"], signal)).toMatchObject([
    { namespace: "sample", name: "p", ...expected },
  ]);
});

it("tells its own policies, which carry the label of a mesh", async () => {
  const { server, client } = await connectFake();
  const kind = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
  server.put({ ...kind, metadata: { name: "np-web", namespace: "sample", labels: { "isthmus.dev/mesh": "prod" } } });
  server.put({ ...kind, metadata: { name: "other", namespace: "sample" } });
  const found = await readNetworkPolicies(client, ["sample"], signal);
  const common = { namespace: "sample", podSelector: everything, ingress: [], egress: [] };
  const types = { ingress: true, egress: false };
  expect(found).toEqual([
    { ...common, types, name: "np-web", own: true },
    { ...common, types, name: "other" },
  ]);
});
