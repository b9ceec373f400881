import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readSecurity } from "./read-security.ts";

const { signal } = new AbortController();
const apiVersion = "security.istio.io/v1beta1";
const kinds = [
  { apiVersion, kind: "PeerAuthentication", plural: "peerauthentications", namespaced: true },
  { apiVersion, kind: "AuthorizationPolicy", plural: "authorizationpolicies", namespaced: true },
];

const object = (kind: string, name: string, spec: object): never =>
  ({
    apiVersion,
    kind,
    metadata: { name, namespace: "sample", creationTimestamp: "2026-11-01T00:00:00Z" },
    spec,
  }) as never;

it("reads modes with their selector, and none as not said", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  server.put(
    object("PeerAuthentication", "pods", {
      selector: { matchLabels: { app: "web" } },
      mtls: { mode: "STRICT" },
      portLevelMtls: { 8080: { mode: "DISABLE" } },
    }),
  );
  server.put(object("PeerAuthentication", "wide", {}));
  const { peerAuthentications } = await readSecurity(client, ["sample"], signal);
  expect(peerAuthentications).toEqual([
    {
      namespace: "sample",
      name: "pods",
      created: "2026-11-01T00:00:00Z",
      selector: { app: "web" },
      mode: "STRICT",
      portModes: { 8080: "DISABLE" },
    },
    { namespace: "sample", name: "wide", created: "2026-11-01T00:00:00Z", mode: "UNSET", portModes: {} },
  ]);
});

it("reads whom policies let in, and nothing of what conditions compare with", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  server.put(
    object("AuthorizationPolicy", "p", {
      action: "DENY",
      rules: [
        {
          from: [{ source: { principals: ["a"] } }],
          to: [{ operation: { ports: ["80"] } }],
          when: [
            { key: "request.headers[x-api-key]", values: ["hunter2"] },
            { key: "destination.port", values: ["80"] },
          ],
        },
      ],
    }),
  );
  server.put(object("AuthorizationPolicy", "o", { selector: { matchLabels: { app: "web" } } }));
  server.put(object("AuthorizationPolicy", "q", { targetRefs: [{ kind: "Gateway", name: "g" }] }));
  const trial = object("AuthorizationPolicy", "r", {}) as { metadata: object };
  server.put({ ...trial, metadata: { ...trial.metadata, annotations: { "istio.io/dry-run": "true" } } } as never);
  const { authorizationPolicies } = await readSecurity(client, ["sample"], signal);
  expect(authorizationPolicies).toEqual([
    {
      namespace: "sample",
      name: "p",
      action: "DENY",
      targeted: false,
      rules: [
        {
          from: [{ principals: ["a"] }],
          to: [{ ports: ["80"] }],
          when: [{ ports: ["80"], notPorts: [] }],
          conditional: true,
        },
      ],
    },
    { namespace: "sample", name: "o", action: "ALLOW", selector: { app: "web" }, targeted: false, rules: [] },
    { namespace: "sample", name: "q", action: "ALLOW", targeted: true, rules: [] },
    { namespace: "sample", name: "r", action: "AUDIT", targeted: false, rules: [] },
  ]);
});

it("gives nothing where Istio is not installed", async () => {
  const { client } = await connectFake();
  expect(await readSecurity(client, ["sample"], signal)).toEqual({
    peerAuthentications: [],
    authorizationPolicies: [],
  });
});

it("says whom a policy of action CUSTOM asks, and that the mesh configuration does not have it", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  const custom = (name: string, provider: string): never =>
    object("AuthorizationPolicy", name, { action: "CUSTOM", provider: { name: provider }, rules: [{}] });
  server.put(custom("asks-opa", "opa"));
  server.put(custom("asks-nobody", "nobody"));
  const read = async (): Promise<unknown> =>
    (await readSecurity(client, ["sample"], signal)).authorizationPolicies.map(({ name, provider }) => [
      name,
      provider,
    ]);
  expect(await read()).toEqual([
    ["asks-opa", { name: "opa" }],
    ["asks-nobody", { name: "nobody" }],
  ]);
  const mesh = "extensionProviders: [{name: opa, envoyExtAuthzGrpc: {}}]";
  server.put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { namespace: "istio-system", name: "istio" },
    data: { mesh },
  });
  expect(await read()).toEqual([
    ["asks-opa", { name: "opa" }],
    ["asks-nobody", { name: "nobody", missing: true }],
  ]);
});
