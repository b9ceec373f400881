import { expect, it } from "vitest";
import { readNamedGateway } from "./named-gateway.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const place = { namespace: "gw", name: "ew" };
const labels = { istio: "ingressgateway", app: "front" };

it("reads what the Service says, and the labels of the ingress gateway's pods", async () => {
  const { client } = await wireCluster([
    wireObject("Pod", { namespace: "istio-system", name: "ingress-1", labels }),
    wireObject("Pod", { namespace: "istio-system", name: "other" }),
    wireObject(
      "Service",
      {
        ...place,
        labels: { "topology.istio.io/network": "west-net" },
        annotations: { "meta.helm.sh/release-name": "ew" },
      },
      { spec: { selector: { istio: "ew" } } },
    ),
  ]);
  expect(await readNamedGateway(client, place, signal)).toEqual({
    service: { ...place, network: "west-net", release: { name: "ew", namespace: "gw" }, selector: { istio: "ew" } },
    own: false,
    ingressPods: [labels],
    former: false,
  });
});

it("says that there is none", async () => {
  const { client } = await wireCluster([]);
  expect(await readNamedGateway(client, place, signal)).toEqual({ own: false, ingressPods: [], former: false });
});

it("sees the gateway that isthmus has made before, while it announces itself", async () => {
  const made = (labels: object) =>
    wireObject("Service", { namespace: "istio-system", name: "istio-eastwestgateway", labels });
  const read = async (labels: object): Promise<boolean> =>
    (await readNamedGateway((await wireCluster([made(labels)])).client, place, signal)).former;
  const network = { "topology.istio.io/network": "west-net" };
  expect(await read({ ...network, "isthmus.dev/mesh": "demo" })).toBe(true);
  expect(await read({ ...network, "install.operator.istio.io/owning-resource": "eastwest" })).toBe(true);
  expect(await read({ "isthmus.dev/mesh": "demo" })).toBe(false);
  expect(await read({ ...network, "install.operator.istio.io/owning-resource": "unknown" })).toBe(false);
});

it("sees that a Service is one of isthmus, which the next pruning would delete", async () => {
  const made = wireObject("Service", { ...place, labels: { "isthmus.dev/mesh": "demo" } });
  expect((await readNamedGateway((await wireCluster([made])).client, place, signal)).own).toBe(true);
});
