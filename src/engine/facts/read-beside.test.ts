import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readBeside } from "./read-beside.ts";

const apiVersion = "networking.istio.io/v1";
const filters = "networking.istio.io/v1alpha3";
const plugins = "extensions.istio.io/v1alpha1";
const gatewayApi = "gateway.networking.k8s.io/v1";
const kinds = ["Sidecar", "WorkloadEntry", "ServiceEntry", "DestinationRule", "VirtualService"].map((kind) => ({
  apiVersion,
  kind,
  plural: kind.endsWith("Entry") ? `${kind.slice(0, -1).toLowerCase()}ies` : `${kind.toLowerCase()}s`,
  namespaced: true,
}));

/** By an API server that keeps no names. */
const written = { by: "", at: "" };

it("reads what changes proxies beside routes and policies, and not what came with Istio", async () => {
  const { server, client } = await connectFake({
    api: {
      kinds: [
        ...kinds,
        { apiVersion: filters, kind: "EnvoyFilter", plural: "envoyfilters", namespaced: true },
        { apiVersion: plugins, kind: "TrafficExtension", plural: "trafficextensions", namespaced: true },
        { apiVersion: gatewayApi, kind: "HTTPRoute", plural: "httproutes", namespaced: true },
      ],
    },
  });
  const put = (kind: string, name: string, spec: object): void => {
    const version = kind === "EnvoyFilter" ? filters : kind === "TrafficExtension" ? plugins : apiVersion;
    const labels = name.startsWith("stats") ? { "istio.io/rev": "default" } : {};
    server.put({ apiVersion: version, kind, metadata: { name, namespace: "shop", labels }, spec });
  };
  put("EnvoyFilter", "ours", {
    workloadSelector: { labels: { app: "web" } },
    configPatches: [{ applyTo: "CLUSTER", patch: { value: { name: "envoy.filters.http.fault" } } }],
  });
  put("EnvoyFilter", "stats-filter-1.12", {});
  put("TrafficExtension", "script", { selector: { matchLabels: { app: "web" } } });
  put("Sidecar", "inbound", {
    ingress: [
      { port: { number: 9080 } },
      { port: { number: 5000 }, defaultEndpoint: "127.0.0.1:5999" },
      { port: { number: 5001 }, defaultEndpoint: "[::1]:5001" },
      { port: { number: 5002 }, defaultEndpoint: "unix:///run/app:5.sock:9" },
    ],
  });
  put("Sidecar", "outbound", { egress: [{ hosts: ["./*"] }] });
  put("Sidecar", "closed", {
    workloadSelector: { labels: { app: "web" } },
    outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
  });
  put("WorkloadEntry", "vm", { address: "10.99.0.9" });
  put("ServiceEntry", "other", { hosts: ["other.example"], endpoints: [{ address: "10.99.0.8" }, {}] });
  put("DestinationRule", "web", { exportTo: ["."] });
  put("VirtualService", "web", {});
  server.put({ apiVersion: gatewayApi, kind: "HTTPRoute", metadata: { name: "all", namespace: "shop" }, spec: {} });
  expect(await readBeside(client, { apiVersion }, new AbortController().signal)).toEqual({
    filters: [
      {
        kind: "EnvoyFilter",
        namespace: "shop",
        name: "ours",
        selector: { app: "web" },
        sets: ["fault"],
        clusters: true,
        written,
      },
      { kind: "TrafficExtension", namespace: "shop", name: "script", selector: { app: "web" }, written },
    ],
    sidecars: [
      {
        kind: "Sidecar",
        namespace: "shop",
        name: "inbound",
        ports: [9080, 5000, 5001, 5002],
        handed: { 5000: 5999 },
      },
    ],
    scopes: [
      { kind: "Sidecar", namespace: "shop", name: "outbound", hosts: ["./*"], blocks: false, written },
      {
        kind: "Sidecar",
        namespace: "shop",
        name: "closed",
        selector: { app: "web" },
        hosts: [],
        blocks: true,
        written,
      },
    ],
    entries: [
      { kind: "WorkloadEntry", namespace: "shop", name: "vm", addresses: ["10.99.0.9"], written },
      {
        kind: "ServiceEntry",
        namespace: "shop",
        name: "other",
        addresses: ["10.99.0.8"],
        hosts: ["other.example"],
        written,
      },
    ],
    exported: [{ kind: "DestinationRule", namespace: "shop", name: "web", exportTo: ["."] }],
    gatewayRoutes: [{ kind: "HTTPRoute", namespace: "shop", name: "all", parents: [], rules: [], written }],
  });
});

it("goes on without a kind that this account may not list, and says why", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  server.inject(
    { kind: "status", status: 403 },
    { times: Infinity, matches: ({ url }) => url.includes("trafficextensions") },
  );
  server.put({ apiVersion, kind: "Sidecar", metadata: { name: "in", namespace: "shop" }, spec: { ingress: [{}] } });
  expect(await readBeside(client, { apiVersion }, new AbortController().signal)).toMatchObject({
    filters: [],
    unlisted: expect.stringContaining("TrafficExtension"),
    sidecars: [{ name: "in" }],
  });
});
