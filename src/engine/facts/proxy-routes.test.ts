import { expect, it } from "vitest";
import { readProxyRoutes } from "./proxy-routes.ts";
import { askedPorts, runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const gateway = { namespace: "istio-system", name: "gateway-1" };
const pod = wireObject("Pod", gateway, { status: runningStatus() });

it("reads the routes that a proxy has for each VirtualService", async () => {
  const dump = {
    configs: [
      {
        route_config: {
          virtual_hosts: [
            {
              routes: [
                {
                  match: { path: "/hello" },
                  route: { cluster: "outbound|5000|v1|helloworld.sample.svc.cluster.local" },
                  metadata: {
                    filter_metadata: {
                      istio: { config: "/apis/networking.istio.io/v1/namespaces/sample/virtual-service/helloworld" },
                    },
                  },
                },
              ],
            },
          ],
        },
      },
    ],
  };
  const connection = await wireCluster([pod], { pages: { "/config_dump?resource=dynamic_route_configs": dump } });
  expect([...(await readProxyRoutes(connection.client, gateway, signal))]).toEqual([
    ["sample/helloworld", [{ path: "/hello", shares: { "v1 of helloworld.sample.svc.cluster.local": 1 } }]],
  ]);
  expect(askedPorts(connection)).toEqual([15000]);
});

it("rejects where the proxy does not answer", async () => {
  const { client } = await wireCluster([pod]);
  await expect(readProxyRoutes(client, gateway, signal)).rejects.toThrow(
    "the proxy of istio-system/gateway-1 answered 404 to /config_dump",
  );
});
