import { expect, it } from "vitest";
import { readMeshConfig } from "./read-mesh-config.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

function meshConfig(
  name: string,
  extensionProviders: readonly object[],
  more: object = {},
): ReturnType<typeof wireObject> {
  const mesh = JSON.stringify({ meshId: "sandbox", extensionProviders, ...more });
  return wireObject("ConfigMap", { namespace: "istio-system", name }, { data: { mesh } });
}

function istiod(env: Readonly<Record<string, string>>): ReturnType<typeof wireObject> {
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  const spec = { template: { spec: { containers: [{ name: "discovery", env: variables }] } } };
  return wireObject("Deployment", { namespace: "istio-system", name: "istiod", labels: { app: "istiod" } }, { spec });
}

const grpc = { name: "opa", envoyExtAuthzGrpc: { service: "opa.opa.svc.cluster.local", port: 9191 } };
const http = { name: "oauth2", envoyExtAuthzHttp: { service: "oauth2.oauth2.svc.cluster.local", port: 4180 } };
const tracer = { name: "zipkin", zipkin: { service: "zipkin.tracing.svc.cluster.local", port: 9411 } };

it("knows the authorizers of istiod's configuration, and takes no tracer for one", async () => {
  const { client } = await wireCluster([istiod({}), meshConfig("istio", [grpc, tracer])]);
  expect(await readMeshConfig(client, signal)).toEqual({
    name: "istio",
    discoverySelectors: [],
    exportTo: {},
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    authorizers: ["opa"],
  });
});

it("reads the configuration of the revision, whose fields replace those of the shared one", async () => {
  const { client } = await wireCluster([
    istiod({ REVISION: "blue", SHARED_MESH_CONFIG: "ours" }),
    meshConfig("istio-blue", [grpc], { trustDomain: "corp.example", trustDomainAliases: ["cluster.local"] }),
    meshConfig("ours", [http], {
      trustDomain: "shared.example",
      defaultServiceExportTo: ["."],
      defaultVirtualServiceExportTo: ["front"],
      defaultDestinationRuleExportTo: [".", "istio-system"],
      discoverySelectors: [{ matchLabels: { mesh: "yes" } }, { matchExpressions: [{ key: "a", operator: "Exists" }] }],
    }),
    meshConfig("istio", [{ ...grpc, name: "another" }]),
  ]);
  expect(await readMeshConfig(client, signal)).toEqual({
    name: "istio-blue",
    discoverySelectors: [
      { matchLabels: { mesh: "yes" }, matchExpressions: [] },
      { matchLabels: {}, matchExpressions: [{ key: "a", operator: "Exists", values: [] }] },
    ],
    exportTo: { services: ["."], virtualServices: ["front"], destinationRules: [".", "istio-system"] },
    trustDomain: "corp.example",
    trustDomainAliases: ["cluster.local"],
    authorizers: ["opa"],
  });
});

it("knows nothing where there is no such configuration, or one that cannot be read", async () => {
  const { client, server } = await wireCluster([istiod({})]);
  expect(await readMeshConfig(client, signal)).toBeUndefined();
  server.put(wireObject("ConfigMap", { namespace: "istio-system", name: "istio" }, { data: { mesh: "a: [" } }));
  expect(await readMeshConfig(client, signal)).toBeUndefined();
});

it.each([
  [{ trust_domain: "corp.example" }, "corp.example"],
  [{ trust_domain: "corp.example", trustDomain: "own.example" }, "own.example"],
  [{ trustDomain: "own.example", trust_domain: "corp.example" }, "own.example"],
])("reads fields by either of their names, as istiod does: %j", async (more, trustDomain) => {
  const { client } = await wireCluster([istiod({}), meshConfig("istio", [], more)]);
  expect(await readMeshConfig(client, signal)).toMatchObject({ trustDomain });
});
