import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readRouting } from "./read-routing.ts";

const { signal } = new AbortController();
const apiVersion = "networking.istio.io/v1";

const kinds = ["Gateway", "DestinationRule", "VirtualService"].map((kind) => ({
  apiVersion,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
}));

const tokens = {
  apiVersion: "security.istio.io/v1",
  kind: "RequestAuthentication",
  plural: "requestauthentications",
  namespaced: true,
};

it("tells of keys for tokens too, which sidecars may refuse", async () => {
  const { server, client } = await connectFake({ api: { kinds: [...kinds, tokens] } });
  const managedFields = [{ manager: "kubectl", time: "2026-11-02T00:00:00Z" }];
  const { apiVersion: version, kind } = tokens;
  server.put({ apiVersion: version, kind, metadata: { name: "by-hand", namespace: "shop", managedFields } });
  const { writtenLast } = await readRouting(client, { apiVersion }, signal);
  expect(writtenLast.map((one) => `${one.kind} ${one.namespace}/${one.name}`)).toEqual([
    "RequestAuthentication shop/by-hand",
  ]);
});

const route = (name: string, namespace: string, managedFields: readonly object[]): never =>
  ({ apiVersion, kind: "VirtualService", metadata: { name, namespace, managedFields }, spec: {} }) as never;

it("tells who wrote what last, newest first, by the writes of the object and not of its status", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  server.put(
    route("a", "sample", [
      { manager: "isthmus", time: "2026-11-01T00:00:00Z" },
      { manager: "istiod", time: "2026-11-03T00:00:00Z", subresource: "status" },
    ]),
  );
  server.put(route("b", "elsewhere", [{ manager: "kubectl-edit", time: "2026-11-02T00:00:00Z" }]));
  const { writtenLast, virtualServices } = await readRouting(client, { apiVersion }, signal);
  expect(virtualServices.map((one) => one.namespace).toSorted()).toEqual(["elsewhere", "sample"]);
  expect(writtenLast).toEqual([
    { kind: "VirtualService", namespace: "elsewhere", name: "b", at: "2026-11-02T00:00:00Z", by: "kubectl-edit" },
    { kind: "VirtualService", namespace: "sample", name: "a", at: "2026-11-01T00:00:00Z", by: "isthmus" },
  ]);
});

const object = (kind: string, spec: object | undefined, metadata: object = {}): never =>
  ({
    apiVersion,
    kind,
    metadata: { name: "x", namespace: "sample", ...metadata },
    ...(spec === undefined ? {} : { spec }),
  }) as never;

it("reads which pods a gateway is for, and what it listens for", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  const servers = [
    { port: { number: 443, protocol: "HTTPS" }, tls: { mode: "SIMPLE" }, hosts: ["shop.example"], bind: "10.0.0.1" },
    { port: { number: 80, protocol: "HTTP" }, tls: { httpsRedirect: true } },
    {},
  ];
  const creationTimestamp = "2026-11-01T00:00:00Z";
  server.put(object("Gateway", { selector: { istio: "ingressgateway" }, servers }, { creationTimestamp }));
  server.put(object("Gateway", undefined, { name: "y" }));
  expect((await readRouting(client, { apiVersion }, signal)).gateways).toEqual([
    {
      namespace: "sample",
      name: "x",
      created: creationTimestamp,
      selector: { istio: "ingressgateway" },
      servers: [
        { port: 443, protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["shop.example"], bind: "10.0.0.1" },
        { port: 80, protocol: "HTTP", tlsMode: "PASSTHROUGH", hosts: [] },
        { port: 0, protocol: "", tlsMode: "", hosts: [] },
      ],
    },
    { namespace: "sample", name: "y", created: "", selector: {}, servers: [] },
  ]);
});

it("reads the host of a destination rule, its subsets and its TLS, when it was made, and whether it is the mesh's", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  const subsets = [{ name: "v1", labels: { version: "v1" } }, { name: "all" }];
  const created = "2026-11-01T00:00:00Z";
  server.put(
    object(
      "DestinationRule",
      { host: "web.sample", subsets, trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
      { creationTimestamp: created, labels: { "isthmus.dev/mesh": "demo" } },
    ),
  );
  server.put(object("DestinationRule", { trafficPolicy: {} }, { name: "y" }));
  const distribute = [{ from: "west/*", to: { "south/*": 80, "north/a": 20 } }];
  for (const enabled of [true, false]) {
    const loadBalancer = { localityLbSetting: { enabled, distribute } };
    server.put(object("DestinationRule", { trafficPolicy: { loadBalancer } }, { name: `z-${enabled}` }));
  }
  expect((await readRouting(client, { apiVersion }, signal)).destinationRules).toEqual([
    {
      namespace: "sample",
      name: "x",
      host: "web.sample",
      created,
      own: true,
      trafficPolicy: { tls: "ISTIO_MUTUAL" },
      subsets: [
        { name: "v1", labels: { version: "v1" } },
        { name: "all", labels: {} },
      ],
    },
    {
      namespace: "sample",
      name: "y",
      host: "",
      created: expect.any(String),
      own: false,
      written: { by: "", at: "" },
      trafficPolicy: {},
      subsets: [],
    },
    expect.objectContaining({ name: "z-true", trafficPolicy: { distributesTo: ["south/*", "north/a"] } }),
    expect.objectContaining({ name: "z-false", trafficPolicy: {} }),
  ]);
});

it("reads the weights of the first rule: all of it where one destination has none; and who wrote what is not the mesh's", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  const to = (subset: string, weight?: number): object => ({
    destination: { subset },
    ...(weight === undefined ? {} : { weight }),
  });
  server.put(
    object(
      "VirtualService",
      { http: [{ route: [to("v1", 10), to("v2")] }, { route: [to("v3", 1)] }] },
      { labels: { "isthmus.dev/mesh": "demo" } },
    ),
  );
  server.put(object("VirtualService", { http: [{ route: [{}] }] }, { name: "y" }));
  const managedFields = [{ manager: "kubectl-edit", time: "2026-11-02T00:00:00Z" }];
  server.put(object("VirtualService", undefined, { name: "z", managedFields }));
  expect((await readRouting(client, { apiVersion }, signal)).virtualServices).toEqual([
    { namespace: "sample", name: "x", weights: { v1: 10, v2: 0 } },
    { namespace: "sample", name: "y", foreign: { by: "", at: "" }, weights: { "": 100 } },
    { namespace: "sample", name: "z", foreign: { by: "kubectl-edit", at: "2026-11-02T00:00:00Z" }, weights: {} },
  ]);
});

it("gives nothing where Istio is not installed", async () => {
  const { client } = await connectFake();
  expect(await readRouting(client, { apiVersion: "networking.example/v1" }, signal)).toEqual({
    gateways: [],
    destinationRules: [],
    virtualServices: [],
    writtenLast: [],
    beside: { filters: [], sidecars: [], scopes: [], entries: [], exported: [] },
  });
});
