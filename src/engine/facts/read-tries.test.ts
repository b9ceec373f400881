import { expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { Service } from "../../core/model/mesh.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { EndpointTries } from "./read-tries.ts";
import { countedBetween, readTries } from "./read-tries.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const [service] = twoClusters.services as readonly [Service];
const name = (version: string): string => `outbound|5000|${version}|helloworld.sample.svc.cluster.local`;
const host = (address: string, success: string, error: string): object => ({
  address: { socket_address: { address, port_value: 5000 } },
  stats: [
    { name: "rq_total", value: String(Number(success) + Number(error) + 1) },
    { name: "rq_timeout", value: error },
    { name: "rq_active", value: "1" },
    { name: "rq_success", value: success },
    { name: "rq_error", value: error },
  ],
});

const pod = wireObject(
  "Pod",
  { namespace, name: "ingress-1", labels: { istio: "ingressgateway" } },
  { status: runningStatus() },
);
const page = {
  cluster_statuses: [
    { name: name("v1"), host_statuses: [host("10.42.0.6", "90", "2")] },
    { name: name("v2"), host_statuses: [host("10.42.0.7", "5", "4"), host("10.42.0.8", "1", "0")] },
    { name: "outbound|80||other.sample.svc.cluster.local", host_statuses: [host("10.42.0.9", "7", "7")] },
  ],
};

it("reads of every ingress pod what it has counted of each version's endpoints", async () => {
  const { client } = await wireCluster([pod], { pages: { "/clusters?format=json": page } });
  const one = { cluster: clusterNamed(twoClusters, "west"), client };
  const found = await readTries(one, service, { limitMs: undefined, signal });
  expect(Object.fromEntries(found.tries)).toEqual({
    "v1 ingress-1 10.42.0.6:5000": { answered: 90, failed: 2, begun: 93, timedOut: 2, open: 1 },
    "v2 ingress-1 10.42.0.7:5000": { answered: 5, failed: 4, begun: 10, timedOut: 4, open: 1 },
    "v2 ingress-1 10.42.0.8:5000": { answered: 1, failed: 0, begun: 2, timedOut: 0, open: 1 },
  });
  expect(found.times.size).toBe(0);
});

it("counts what came between two readings, all of it where an endpoint is new or its counters began anew", () => {
  const tries = (answered: number, failed: number): EndpointTries => ({
    answered,
    failed,
    begun: answered + failed,
    timedOut: 0,
    open: 0,
  });
  const before = new Map([
    ["v1 a x", tries(90, 2)],
    ["v2 a y", tries(40, 9)],
  ]);
  const after = new Map([
    ["v1 a x", tries(100, 3)],
    ["v2 a y", tries(5, 1)],
    ["v2 b z", tries(2, 0)],
  ]);
  expect(countedBetween(before, after)).toEqual({ v1: tries(10, 1), v2: tries(7, 1) });
});
