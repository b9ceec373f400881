import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readIstiodRights } from "./read-istiod-rights.ts";
import { wireObject } from "./testing/wire-cluster.ts";

const { signal } = new AbortController();

const istiod = wireObject(
  "Deployment",
  { namespace: "istio-system", name: "istiod-stable", labels: { app: "istiod" } },
  { spec: { template: { spec: { serviceAccountName: "istiod-stable" } } } },
);

it("asks the API server what istiod's own account may do, and gathers what it may not", async () => {
  const users = new Set<string>();
  const { server, client } = await connectFake({
    api: {
      mayDo: ({ verb, group, resource, namespace }, user) => {
        users.add(user);
        expect(namespace).toBe(resource === "secrets" ? "istio-system" : undefined);
        return group !== "security.istio.io" && !(resource === "pods" && verb === "watch");
      },
    },
  });
  server.put(istiod);
  expect(await readIstiodRights(client, signal)).toEqual({
    account: "istiod-stable",
    lacks: [
      { resource: "pods", verbs: ["watch"] },
      { resource: "authorizationpolicies.security.istio.io", verbs: ["list", "watch"] },
      { resource: "peerauthentications.security.istio.io", verbs: ["list", "watch"] },
      { resource: "requestauthentications.security.istio.io", verbs: ["list", "watch"] },
    ],
  });
  expect([...users]).toEqual(["system:serviceaccount:istio-system:istiod-stable"]);
});

it("lacks nothing where everything is allowed, and says nothing without an istiod", async () => {
  const { server, client } = await connectFake();
  expect(await readIstiodRights(client, signal)).toBeUndefined();
  server.put(istiod);
  expect(await readIstiodRights(client, signal)).toEqual({ account: "istiod-stable", lacks: [] });
});

it("fails as forbidden where nobody may ask that", async () => {
  const { server, client } = await connectFake();
  server.put(istiod);
  server.inject(
    { kind: "status", status: 403 },
    { times: Infinity, matches: ({ url }) => url.includes("subjectaccessreviews") },
  );
  await expect(readIstiodRights(client, signal)).rejects.toMatchObject({ kind: "forbidden", verb: "create" });
});
