import { expect, it } from "vitest";
import { readProxySecrets } from "./proxy-secrets.ts";
import { askedPorts, runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const gateway = { namespace: "istio-system", name: "gateway-1" };
const pod = wireObject("Pod", gateway, { status: runningStatus() });

it("reads the certificates that a proxy has and waits for, and not those of its own", async () => {
  const dump = { configs: [{ name: "kubernetes://door", version_info: "uninitialized" }, { name: "default" }] };
  const active = { configs: [{ name: "kubernetes://shop" }, { name: "default" }, { name: "ROOTCA" }] };
  const connection = await wireCluster([pod], {
    pages: {
      "/config_dump?resource=dynamic_warming_secrets": dump,
      "/config_dump?resource=dynamic_active_secrets&mask=name": active,
    },
  });
  expect(await readProxySecrets(connection.client, gateway, signal)).toEqual({ held: ["shop"], awaited: ["door"] });
  expect(askedPorts(connection)).toEqual([15000]);
});

it("rejects where the proxy does not answer", async () => {
  const { client } = await wireCluster([pod]);
  await expect(readProxySecrets(client, gateway, signal)).rejects.toThrow("istio-system/gateway-1");
});
