import { expect, it } from "vitest";
import type { SeenRequest } from "../../kube/fake/faults.ts";
import { readKubeProxies } from "./read-kube-proxies.ts";
import { signal, wireCluster } from "./testing/wire-cluster.ts";

const nodes = [
  { name: "a", ready: true, region: "", zone: "" },
  { name: "b", ready: false, region: "", zone: "" },
];

const three = [...nodes, { name: "c", ready: true, region: "", zone: "" }];

const asks = (port: number, node = "a") => ({
  times: 9,
  matches: ({ url }: SeenRequest) => url.includes(`nodes/${node}%3A${port}/proxy/healthz`),
});

const health = (status: number, change: object = {}) =>
  ({
    kind: "status",
    status,
    body: { lastUpdated: "2026-11-01 00:00:00", currentTime: "2026-11-01 00:05:00", nodeEligible: true, ...change },
  }) as const;

const refused = { kind: "status", status: 503, body: "error trying to reach service: connection refused" } as const;

it.each([
  ["nothing of one that is well", health(200), []],
  ["since when one is behind", health(503), [{ node: "a", state: "behind", since: "2026-11-01 00:00:00" }]],
  ["nothing of a node that leaves load balancers", health(503, { nodeEligible: false }), []],
  ["nothing where none listens", refused, []],
  ["nothing where the account may not ask", { kind: "status", status: 403 } as const, []],
])("says %s", async (_, answer, expected) => {
  const { client, server } = await wireCluster([]);
  server.inject(answer, asks(10256));
  expect(await readKubeProxies(client, nodes, signal)).toEqual(expected);
  expect(server.requests.map(({ url }) => url).filter((url) => url.includes("nodes/b"))).toEqual([]);
});

it("takes silence for a hang where the same port of another node answers", async () => {
  const { client, server } = await wireCluster([]);
  server.inject({ kind: "hang" }, asks(10256));
  server.inject(refused, asks(10255));
  server.inject(health(200), asks(10256, "c"));
  expect(await readKubeProxies(client, three, signal)).toEqual([{ node: "a", state: "silent" }]);
});

it("does not tell a hang from a firewall where no other node's port answers", async () => {
  const { client, server } = await wireCluster([]);
  server.inject({ kind: "hang" }, asks(10256));
  server.inject(refused, asks(10255));
  server.inject(refused, asks(10256, "c"));
  expect(await readKubeProxies(client, three, signal)).toEqual([{ node: "a", state: "unheard" }]);
});

it("says nothing of one that answers when it is asked again, nor where the port beside it is silent too", async () => {
  const { client, server } = await wireCluster([]);
  server.inject({ kind: "hang" }, { ...asks(10256), times: 1 });
  server.inject(refused, asks(10255));
  server.inject(health(200), asks(10256));
  expect(await readKubeProxies(client, nodes, signal)).toEqual([]);
  server.mend();
  server.inject({ kind: "hang" }, { times: 9 });
  expect(await readKubeProxies(client, nodes, signal)).toEqual([]);
});
