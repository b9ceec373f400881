import { expect, it } from "vitest";
import { readClaims } from "./read-claims.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

it("reads the Services whose addresses the nodes lead to their pods, with their TCP ports and who wrote them", async () => {
  const { client } = await wireCluster([
    wireObject(
      "Service",
      { namespace: "shop", name: "web" },
      { spec: { clusterIP: "10.43.0.1", ports: [{ port: 80 }] } },
    ),
    wireObject(
      "Service",
      {
        namespace: "tools",
        name: "debug",
        managedFields: [{ manager: "kubectl-client-side-apply", time: "2026-11-23T05:00:00Z" }],
      },
      {
        spec: {
          clusterIP: "10.43.0.2",
          externalIPs: ["203.0.113.7"],
          ports: [{ port: 15443 }, { port: 53, protocol: "UDP" }],
          selector: { app: "debug" },
        },
      },
    ),
    wireObject(
      "Service",
      { namespace: "edge", name: "balanced" },
      {
        spec: { clusterIP: "10.43.0.3", ports: [{ port: 443, protocol: "TCP" }] },
        status: { loadBalancer: { ingress: [{ ip: "203.0.113.8" }, { ip: "203.0.113.9", ipMode: "Proxy" }] } },
      },
    ),
    wireObject(
      "Service",
      { namespace: "edge", name: "headless" },
      { spec: { clusterIP: "None", externalIPs: ["203.0.113.7"], ports: [{ port: 443 }] } },
    ),
  ]);
  expect(await readClaims(client, signal)).toEqual([
    {
      namespace: "edge",
      name: "balanced",
      addresses: ["203.0.113.8"],
      externalIPs: [],
      ports: [443],
      selector: {},
      written: { by: "", at: "" },
    },
    {
      namespace: "tools",
      name: "debug",
      addresses: ["203.0.113.7"],
      externalIPs: ["203.0.113.7"],
      ports: [15443],
      selector: { app: "debug" },
      written: { by: "kubectl-client-side-apply", at: "2026-11-23T05:00:00Z" },
    },
  ]);
});
