import { expect, it } from "vitest";
import { addressesOf, readDnsAddress } from "./read-dns-address.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const service = (name: string, spec: object): ReturnType<typeof wireObject> =>
  wireObject("Service", { namespace: "kube-system", name }, { spec });
const node = (clusterDNS: readonly string[]): ReturnType<typeof wireObject> =>
  wireObject("Node", { name: "a" }, { kubeletconfig: { clusterDNS } });

it("tells addresses that Services have from one that none has, and looks for others only where it must", async () => {
  const dns = service("kube-dns", { clusterIP: "10.43.0.10", clusterIPs: ["10.43.0.10", "2001:db8::10"] });
  const { client, server } = await wireCluster([
    dns,
    service("other", { clusterIP: "10.43.0.11" }),
    node(["2001:db8::10"]),
  ]);
  const read = async (): Promise<unknown> => readDnsAddress(client, { node: "a", services: [dns as never] }, signal);
  expect(await read()).toEqual({ node: "a", asked: ["2001:db8::10"], ofServices: ["2001:db8::10"] });
  expect(server.requests.filter(({ url }) => url.includes("/services"))).toEqual([]);
  server.put(node(["10.43.0.11", "10.43.0.12"]));
  expect(await read()).toEqual({ node: "a", asked: ["10.43.0.11", "10.43.0.12"], ofServices: ["10.43.0.11"] });
});

it("says why a kubelet could not be asked", async () => {
  const { client, server } = await wireCluster([]);
  server.inject({ kind: "status", status: 403 }, { times: 9 });
  expect(await readDnsAddress(client, { node: "a", services: [] }, signal)).toEqual({
    node: "a",
    asked: [],
    ofServices: [],
    problem: expect.stringContaining("injected fault"),
  });
});

it.each([
  [{ clusterIP: "10.43.0.10" }, ["10.43.0.10"]],
  [{ clusterIP: "None", clusterIPs: ["None"] }, []],
  [{ type: "ExternalName" }, []],
])("reads cluster IPs of %j", (spec, expected) => {
  expect(addressesOf(service("x", spec) as never)).toEqual(expected);
});
