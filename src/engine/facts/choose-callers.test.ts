import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { chooseCallers } from "./choose-callers.ts";

function pod(namespace: string, name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { namespace, name, labels } };
}

function object(kind: string, namespace: string, spec: object, annotations: object = {}): KubeObject {
  return {
    apiVersion: "networking.istio.io/v1",
    kind,
    metadata: { namespace, name: "x", annotations },
    spec,
  } as KubeObject;
}

const pods = [pod("shop", "web-1"), pod("back", "data-2"), pod("back", "data-1"), pod("cart", "cart-1", { tier: "a" })];

/** Who speaks for whom: `back/data-1: back, shop`. */
function chosen(...objects: readonly KubeObject[]): readonly string[] {
  return chooseCallers(pods, objects).map(
    ({ namespace, name, namespaces }) => `${namespace}/${name}: ${namespaces.join(", ")}`,
  );
}

const all = "back/data-1: back, cart, shop";

it("asks one pod where nothing is for some callers only", () => {
  expect(chosen()).toEqual([all]);
  expect(chooseCallers([], [])).toEqual([]);
  expect(
    chosen(
      // What isthmus makes is for everybody, and so is what somebody puts beside it in Istio's namespace.
      object("DestinationRule", "shop", { host: "web.shop.svc.cluster.local" }),
      object("DestinationRule", "shop", { host: "web" }),
      object("VirtualService", "shop", { hosts: ["web"], http: [{ match: [{ uri: { exact: "/" } }] }] }),
      object("Sidecar", "istio-system", { egress: [{ hosts: ["./*"] }] }),
      object("EnvoyFilter", "istio-system", {}),
      object("Service", "shop", {}, { "networking.istio.io/exportTo": "*" }),
      object("HTTPRoute", "shop", { parentRefs: [{ kind: "Service", name: "web" }, { name: "front" }] }),
    ),
  ).toEqual([all]);
});

it.each([
  ["a DestinationRule for a service of another namespace", "DestinationRule", { host: "data.back.svc.cluster.local" }],
  ["a DestinationRule for a wildcard", "DestinationRule", { host: "*.local" }],
  ["a route of consumers", "HTTPRoute", { parentRefs: [{ kind: "Service", name: "data", namespace: "back" }] }],
  ["a ServiceEntry", "ServiceEntry", { hosts: ["data.back.svc.cluster.local"] }],
  ["a ServiceEntry of pods", "ServiceEntry", { hosts: ["x"], workloadSelector: { labels: { tier: "z" } } }],
  [
    "what is for its labels among those to whom it is exported",
    "VirtualService",
    { exportTo: [".", "shop", "back"], http: [{ match: [{ sourceLabels: { tier: "a" } }] }] },
  ],
  ["a Sidecar", "Sidecar", {}],
  ["a Sidecar of labels", "Sidecar", { workloadSelector: { labels: { tier: "a" } } }],
  ["a DestinationRule of labels", "DestinationRule", { host: "x", workloadSelector: { matchLabels: { tier: "a" } } }],
  ["an EnvoyFilter", "EnvoyFilter", {}],
  ["what is exported to its own namespace", "VirtualService", { exportTo: ["."] }],
])("asks a pod of its namespace beside one for all others: %s", (_, kind, spec) => {
  expect(chosen(object(kind, "cart", spec))).toEqual(["back/data-1: back, shop", "cart/cart-1: cart"]);
});

it.each([
  ["sourceNamespace", { sourceNamespace: "cart" }],
  ["sourceLabels", { sourceLabels: { tier: "a" } }],
])("asks those beside others of whose requests a VirtualService has matches: %s", (_, match) => {
  const route = object("VirtualService", "shop", { tcp: [{ match: [{ sourceNamespace: "elsewhere" }, match] }] });
  expect(chosen(route)).toEqual(["back/data-1: back, shop", "cart/cart-1: cart"]);
});

it("asks for the pods of labels in the same namespace, and of an EnvoyFilter of Istio's namespace", () => {
  const some = [pod("shop", "a", { tier: "a" }), pod("shop", "b")];
  const filter = object("EnvoyFilter", "istio-system", { workloadSelector: { labels: { tier: "a" } } });
  expect(chooseCallers(some, [filter])).toEqual([
    { namespace: "shop", name: "a", labels: { tier: "a" }, namespaces: ["shop"] },
    { namespace: "shop", name: "b", labels: {}, namespaces: ["shop"] },
  ]);
});

it("asks those to whom something is exported beside those to whom it is not", () => {
  const service = object("Service", "shop", {}, { "networking.istio.io/exportTo": "., cart" });
  expect(chosen(service)).toEqual(["back/data-1: back", "cart/cart-1: cart, shop"]);
});
