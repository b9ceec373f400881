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

const nothing = "no kube-proxy answers at its port 10256";

const unknown = (why: string, node = "a") => ({ node, state: "unknown", why });

it.each([
  ["that one is well", health(200), [{ node: "a", state: "follows" }]],
  ["since when one is behind", health(503), [{ node: "a", state: "behind", since: "2026-11-01 00:00:00" }]],
  [
    "that a node which leaves load balancers is not known",
    health(503, { nodeEligible: false }),
    [unknown("it is about to be taken out of load balancers, and says no more")],
  ],
  ["that there is none where nothing listens", refused, [{ node: "a", state: "none" }]],
  [
    "that none is known where the account may not ask",
    { kind: "status", status: 403 } as const,
    [unknown("this account may not ask nodes (nodes/proxy)")],
  ],
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
  expect(await readKubeProxies(client, three, signal)).toEqual([
    { node: "a", state: "silent" },
    { node: "c", state: "follows" },
  ]);
});

it("does not tell a hang from a firewall where no other node's port answers", async () => {
  const { client, server } = await wireCluster([]);
  server.inject({ kind: "hang" }, asks(10256));
  server.inject(refused, asks(10255));
  server.inject(refused, asks(10256, "c"));
  expect(await readKubeProxies(client, three, signal)).toEqual([
    { node: "a", state: "unheard" },
    { node: "c", state: "none" },
  ]);
});

it("finds one well that answers when it is asked again, and knows nothing where the port beside it is silent too", async () => {
  const { client, server } = await wireCluster([]);
  server.inject({ kind: "hang" }, { ...asks(10256), times: 1 });
  server.inject(refused, asks(10255));
  server.inject(health(200), asks(10256));
  expect(await readKubeProxies(client, nodes, signal)).toEqual([{ node: "a", state: "follows" }]);
  server.mend();
  server.inject({ kind: "hang" }, { times: 9 });
  expect(await readKubeProxies(client, nodes, signal)).toEqual([unknown(nothing)]);
});
