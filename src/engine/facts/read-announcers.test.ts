import { expect, it } from "vitest";
import { readAnnouncers } from "./read-announcers.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const label = "topology.istio.io/network";

it("reads the Services that carry a network, beside the gateway's own: addresses, and the port that they announce", async () => {
  const { client } = await wireCluster([
    wireObject("Service", {
      namespace: "istio-system",
      name: "istio-eastwestgateway",
      labels: { [label]: "east-net" },
    }),
    wireObject(
      "Service",
      {
        namespace: "edge",
        name: "announce",
        labels: { [label]: "east-net", "networking.istio.io/gatewayPort": "8443" },
      },
      { spec: { clusterIP: "None", externalIPs: ["203.0.113.7"] } },
    ),
    wireObject("Service", { namespace: "shop", name: "web" }),
  ]);
  expect(await readAnnouncers(client, {}, signal)).toEqual([
    { namespace: "edge", name: "announce", network: "east-net", addresses: ["203.0.113.7"], port: 8443 },
  ]);
});
