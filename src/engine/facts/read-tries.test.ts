import { expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { Service } from "../../core/model/mesh.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { readTries, triesBetween } from "./read-tries.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const [service] = twoClusters.services as readonly [Service];
const name = (version: string): string => `outbound|5000|${version}|helloworld.sample.svc.cluster.local`;
const host = (address: string, success: string, error: string): object => ({
  address: { socket_address: { address, port_value: 5000 } },
  stats: [
    { name: "rq_total", value: "0" },
    { name: "rq_success", value: success },
    { name: "rq_error", value: error },
  ],
});

it("reads of every ingress pod what it has counted of each version's endpoints", async () => {
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
  const { client } = await wireCluster([pod], { pages: { "/clusters?format=json": page } });
  const found = await readTries({ cluster: clusterNamed(twoClusters, "west"), client }, service, signal);
  expect(Object.fromEntries(found)).toEqual({
    "v1 ingress-1 10.42.0.6:5000": { answered: 90, failed: 2 },
    "v2 ingress-1 10.42.0.7:5000": { answered: 5, failed: 4 },
    "v2 ingress-1 10.42.0.8:5000": { answered: 1, failed: 0 },
  });
});

it("counts what came between two readings, all of it where an endpoint is new or its counters began anew", () => {
  const before = new Map([
    ["v1 a x", { answered: 90, failed: 2 }],
    ["v2 a y", { answered: 40, failed: 9 }],
  ]);
  const after = new Map([
    ["v1 a x", { answered: 100, failed: 3 }],
    ["v2 a y", { answered: 5, failed: 1 }],
    ["v2 b z", { answered: 2, failed: 0 }],
  ]);
  expect(triesBetween(before, after)).toEqual({
    v1: { answered: 10, failed: 1 },
    v2: { answered: 7, failed: 1 },
  });
});
