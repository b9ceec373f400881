import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readBeside } from "./read-beside.ts";

const apiVersion = "networking.istio.io/v1";
const filters = "networking.istio.io/v1alpha3";
const kinds = ["Sidecar", "WorkloadEntry", "ServiceEntry", "DestinationRule", "VirtualService"].map((kind) => ({
  apiVersion,
  kind,
  plural: kind.endsWith("Entry") ? `${kind.slice(0, -1).toLowerCase()}ies` : `${kind.toLowerCase()}s`,
  namespaced: true,
}));

it("reads what changes proxies beside routes and policies, and not what came with Istio", async () => {
  const { server, client } = await connectFake({
    api: { kinds: [...kinds, { apiVersion: filters, kind: "EnvoyFilter", plural: "envoyfilters", namespaced: true }] },
  });
  const put = (kind: string, name: string, spec: object): void => {
    const version = kind === "EnvoyFilter" ? filters : apiVersion;
    const labels = name.startsWith("stats") ? { "istio.io/rev": "default" } : {};
    server.put({ apiVersion: version, kind, metadata: { name, namespace: "shop", labels }, spec });
  };
  put("EnvoyFilter", "ours", { workloadSelector: { labels: { app: "web" } } });
  put("EnvoyFilter", "stats-filter-1.12", {});
  put("Sidecar", "inbound", { ingress: [{ port: { number: 9080 } }] });
  put("Sidecar", "outbound", { egress: [{ hosts: ["./*"] }] });
  put("WorkloadEntry", "vm", { address: "10.99.0.9" });
  put("ServiceEntry", "other", { endpoints: [{ address: "10.99.0.8" }, {}] });
  put("DestinationRule", "web", { exportTo: ["."] });
  put("VirtualService", "web", {});
  expect(await readBeside(client, { apiVersion }, new AbortController().signal)).toEqual({
    filters: [{ kind: "EnvoyFilter", namespace: "shop", name: "ours", selector: { app: "web" } }],
    sidecars: [{ kind: "Sidecar", namespace: "shop", name: "inbound", ports: [9080] }],
    entries: [
      { kind: "WorkloadEntry", namespace: "shop", name: "vm", addresses: ["10.99.0.9"] },
      { kind: "ServiceEntry", namespace: "shop", name: "other", addresses: ["10.99.0.8"] },
    ],
    exported: [{ kind: "DestinationRule", namespace: "shop", name: "web", exportTo: ["."] }],
  });
});
