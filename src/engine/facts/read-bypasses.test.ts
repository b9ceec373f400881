import { expect, it } from "vitest";
import { readBypasses } from "./read-bypasses.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const prefix = "traffic.sidecar.istio.io/";

function pod(
  name: string,
  annotations: Readonly<Record<string, string>>,
  container = "istio-proxy",
): ReturnType<typeof wireObject> {
  return wireObject(
    "Pod",
    {
      namespace: "shop",
      name,
      annotations,
      labels: { "pod-template-hash": "1" },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", controller: true }],
    },
    { spec: { containers: [{ name: container }] }, status: runningStatus() },
  );
}

it("finds pods that send something past their sidecar, and none that send all through it or have none", async () => {
  const { client } = await wireCluster([
    pod("ports", { [`${prefix}excludeOutboundPorts`]: "5432" }),
    pod("blocks", { [`${prefix}excludeOutboundIPRanges`]: "10.0.0.0/8", [`${prefix}includeOutboundIPRanges`]: "*" }),
    pod("nothing-included", { [`${prefix}includeOutboundIPRanges`]: "" }),
    pod("nothing-excluded", { [`${prefix}excludeOutboundPorts`]: "" }),
    pod("inbound-only", { [`${prefix}excludeInboundPorts`]: "9000" }),
    pod("bare", { [`${prefix}excludeOutboundPorts`]: "5432" }, "web"),
  ]);
  const of = { namespace: "shop", deployment: "web" };
  expect(await readBypasses(client, ["shop"], signal)).toEqual([
    { ...of, pod: "ports", annotation: `${prefix}excludeOutboundPorts`, value: "5432" },
    { ...of, pod: "blocks", annotation: `${prefix}excludeOutboundIPRanges`, value: "10.0.0.0/8" },
    { ...of, pod: "nothing-included", annotation: `${prefix}includeOutboundIPRanges`, value: "" },
  ]);
});
