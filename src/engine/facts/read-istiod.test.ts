import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readIstiod } from "./read-istiod.ts";

const { signal } = new AbortController();

const metrics = `# HELP citadel_server_cert_chain_expiry_timestamp The unix timestamp
# TYPE citadel_server_cert_chain_expiry_timestamp gauge
citadel_server_cert_chain_expiry_timestamp 1.859016015e+09
`;

/** What an istiod answers; pages that are not here are empty. */
const pages: Readonly<Record<string, string>> = {
  "/metrics": metrics,
  "/debug/clusterz": JSON.stringify([{ id: "east", syncStatus: "synced" }]),
  "/debug/syncz": JSON.stringify([{ proxy: "web-1.sample", resources: {} }]),
  "/debug/networkz": JSON.stringify([{ Network: "east-net", Cluster: "east", Addr: "172.30.2.2", Port: 15443 }]),
};

function answer(text: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "istiod-1", namespace: "istio-system", labels: { app: "istiod" } },
  status: { phase: "Running", startTime: "2026-11-01T00:00:00Z" },
};

it("reads what each istiod says: clusters, gateways, proxies, and when its signing certificate ends", async () => {
  const { server, client } = await connectFake({ api: { podResponse: (path) => answer(pages[path] ?? "null") } });
  server.put(pod);
  const { pods } = await readIstiod(client, [], signal);
  expect(pods).toEqual([
    {
      name: "istiod-1",
      started: "2026-11-01T00:00:00Z",
      remotes: [{ cluster: "east", state: "synced" }],
      networkGateways: [{ network: "east-net", cluster: "east", address: "172.30.2.2", port: 15443 }],
      shards: [],
      proxies: [{ namespace: "sample", name: "web-1", refused: [], behind: [] }],
      signerEnds: "2028-11-28T09:20:15.000Z",
    },
  ]);
});

it("says why an istiod could not be asked, and keeps nothing of it", async () => {
  const { server, client } = await connectFake();
  server.put(pod);
  const { pods } = await readIstiod(client, [], signal);
  expect(pods[0]).toMatchObject({ name: "istiod-1", proxies: [], remotes: [] });
  expect(pods[0]?.problem).toMatch(/ answered 404$/);
});
