import { expect, it } from "vitest";
import { readWriteHooks } from "./read-write-hooks.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const routes = { apiGroups: ["networking.istio.io"], operations: ["CREATE", "UPDATE"], resources: ["*"] };

function hook(name: string, change: Readonly<Record<string, unknown>> = {}): object {
  return { name, clientConfig: { service: { namespace: "guard", name: "guard" } }, rules: [routes], ...change };
}

const managedFields = [{ manager: "helm", time: "2026-11-01T00:00:00Z" }];

function configuration(name: string, webhooks: readonly object[]): ReturnType<typeof wireObject> {
  return wireObject("ValidatingWebhookConfiguration", { name, managedFields }, { webhooks });
}

const facts = { kind: "ValidatingWebhookConfiguration", configuration: "guard", service: "guard/guard" };
const writer = { manager: "helm", time: "2026-11-01T00:00:00Z" };

it("finds each webhook that can refuse every route, and whether anything is there that could answer", async () => {
  const elsewhere = { matchLabels: { "kubernetes.io/metadata.name": "other" } };
  const { client, server } = await wireCluster([
    wireObject("Namespace", { name: "sample" }),
    configuration("guard", [
      hook("all.guard.example"),
      hook("lenient.guard.example", { failurePolicy: "Ignore" }),
      hook("pods.guard.example", { rules: [{ ...routes, apiGroups: [""] }] }),
      hook("deletes.guard.example", { rules: [{ ...routes, operations: ["DELETE"] }] }),
      hook("entries.guard.example", { rules: [{ ...routes, resources: ["serviceentries"] }] }),
      hook("elsewhere.guard.example", { namespaceSelector: elsewhere }),
      hook("labelled.guard.example", { objectSelector: { matchLabels: { guard: "yes" } } }),
      hook("conditions.guard.example", { matchConditions: [{ name: "a", expression: "false" }] }),
      hook("outside.guard.example", { clientConfig: { url: "https://guard.example" } }),
    ]),
    configuration("istio-validator-istio-system", [
      hook("rev.validation.istio.io", { clientConfig: { service: { namespace: "istio-system", name: "istiod" } } }),
    ]),
  ]);
  const outside = { kind: facts.kind, configuration: "guard", name: "outside.guard.example", place: 8, writer };
  const read = async (): Promise<unknown> => readWriteHooks(client, ["sample", "not-there"], signal);
  const all = { ...facts, name: "all.guard.example", place: 0, writer };
  expect(await read()).toEqual([{ ...all, dead: "no-service" }, outside]);
  server.put(wireObject("Service", { namespace: "guard", name: "guard" }));
  expect(await read()).toEqual([{ ...all, dead: "no-endpoints" }, outside]);
  server.put(wireObject("Service", { namespace: "guard", name: "guard" }, { spec: { type: "ExternalName" } }));
  expect(await read()).toEqual([all, outside]);
  server.put(wireObject("Service", { namespace: "guard", name: "guard" }, { spec: { type: "ClusterIP" } }));
  server.put(
    wireObject(
      "EndpointSlice",
      { namespace: "guard", name: "guard-1", labels: { "kubernetes.io/service-name": "guard" } },
      { endpoints: [{ conditions: { ready: false } }, { conditions: { ready: true } }] },
    ),
  );
  expect(await read()).toEqual([all, outside]);
});

it("finds those that Kubernetes' own controllers wait for, by the namespaces in which these write", async () => {
  const rule = (group: string, resource: string) => [
    { apiGroups: [group], operations: ["UPDATE"], resources: [resource] },
  ];
  const inSystem = { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } };
  const { client } = await wireCluster([
    wireObject("Namespace", { name: "sample" }),
    wireObject("Namespace", { name: "kube-system" }),
    configuration("guard", [
      hook("all.guard.example", { rules: rule("*", "*") }),
      hook("slices.guard.example", { rules: rule("discovery.k8s.io", "endpointslices") }),
      hook("system.guard.example", { rules: rule("*", "*"), namespaceSelector: inSystem }),
      hook("away.guard.example", {
        rules: rule("discovery.k8s.io", "endpointslices"),
        namespaceSelector: inSystem,
      }),
    ]),
  ]);
  const found = await readWriteHooks(client, ["sample"], signal);
  expect(found.map(({ name, holds }) => [name, holds])).toEqual([
    ["all.guard.example", ["routes", "endpoints", "leases"]],
    ["slices.guard.example", ["endpoints"]],
    ["system.guard.example", ["leases"]],
  ]);
});

it("asks for nothing more where no webhook is for routes", async () => {
  const { client, server } = await wireCluster([]);
  expect(await readWriteHooks(client, ["sample"], signal)).toEqual([]);
  expect(server.requests.map(({ url }) => url).filter((url) => url.includes("/api/v1"))).toEqual([]);
});
