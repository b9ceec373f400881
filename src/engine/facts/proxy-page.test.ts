import { expect, it } from "vitest";
import { readProxyPage } from "./proxy-page.ts";
import { askedPorts, runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const gateway = { namespace: "istio-system", name: "gateway-1" };
const pod = wireObject("Pod", gateway, { status: runningStatus() });

it("reads a page of a proxy from its admin port", async () => {
  const connection = await wireCluster([pod], { pages: { "/clusters?format=json": "page" } });
  expect(await readProxyPage(connection.client, gateway, "/clusters?format=json", signal)).toBe("page");
  expect(askedPorts(connection)).toEqual([15000]);
});

it("names the proxy and the page where the answer is none", async () => {
  const { client } = await wireCluster([pod]);
  await expect(readProxyPage(client, gateway, "/clusters?format=json", signal)).rejects.toThrow(
    "the proxy of istio-system/gateway-1 answered 404 to /clusters",
  );
});
