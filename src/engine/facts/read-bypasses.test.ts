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
    { ...of, pod: "ports", by: `${prefix}excludeOutboundPorts`, value: "5432" },
    { ...of, pod: "blocks", by: `${prefix}excludeOutboundIPRanges`, value: "10.0.0.0/8" },
    { ...of, pod: "nothing-included", by: `${prefix}includeOutboundIPRanges`, value: "" },
  ]);
});

it("finds pods of which a container runs as the user or group of their sidecar", async () => {
  const runs = (
    name: string,
    { proxy = {}, own = {}, all = {} }: Record<string, { runAsUser?: number; runAsGroup?: number }>,
  ): ReturnType<typeof wireObject> =>
    wireObject(
      "Pod",
      { namespace: "shop", name },
      {
        spec: {
          containers: [
            { name: "istio-proxy", securityContext: proxy },
            { name: "web", securityContext: own },
          ],
          securityContext: all,
        },
        status: runningStatus(),
      },
    );
  const { client } = await wireCluster([
    runs("all", { all: { runAsUser: 1337 } }),
    runs("group", { own: { runAsGroup: 1337 } }),
    runs("own-goes-first", { own: { runAsUser: 1000 }, all: { runAsUser: 1337 } }),
    runs("sidecar-of-another", { proxy: { runAsUser: 1000650001 }, own: { runAsUser: 1337 } }),
    runs("as-that-other", { proxy: { runAsUser: 1000650001 }, own: { runAsUser: 1000650001 } }),
    runs("image-decides", {}),
  ]);
  expect(await readBypasses(client, ["shop"], signal)).toEqual([
    { namespace: "shop", pod: "all", by: "runAsUser", value: "1337" },
    { namespace: "shop", pod: "group", by: "runAsGroup", value: "1337" },
    { namespace: "shop", pod: "as-that-other", by: "runAsUser", value: "1000650001" },
  ]);
});
