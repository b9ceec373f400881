import { expect, it } from "vitest";
import { readAuthorizers } from "./read-authorizers.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

function meshConfig(name: string, providers: readonly object[]): ReturnType<typeof wireObject> {
  const mesh = `meshId: sandbox\nextensionProviders: ${JSON.stringify(providers)}\n`;
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
  expect(await readAuthorizers(client, signal)).toEqual(new Set(["opa"]));
});

it("reads the configuration of the revision, and the shared one beside it", async () => {
  const { client } = await wireCluster([
    istiod({ REVISION: "blue", SHARED_MESH_CONFIG: "ours" }),
    meshConfig("istio-blue", [grpc]),
    meshConfig("ours", [http]),
    meshConfig("istio", [{ ...grpc, name: "another" }]),
  ]);
  expect(await readAuthorizers(client, signal)).toEqual(new Set(["opa", "oauth2"]));
});

it("knows nothing where there is no such configuration, or one that cannot be read", async () => {
  const { client, server } = await wireCluster([istiod({})]);
  expect(await readAuthorizers(client, signal)).toBeUndefined();
  server.put(wireObject("ConfigMap", { namespace: "istio-system", name: "istio" }, { data: { mesh: "a: [" } }));
  expect(await readAuthorizers(client, signal)).toBeUndefined();
});
