import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { readProxyClusters } from "./proxy-clusters.ts";

const host = "helloworld.sample.svc.cluster.local";

function endpoint(address: string, port: number, health: object): object {
  return { address: { socket_address: { address, port_value: port } }, health_status: health };
}

it("says of which endpoints no connection has come about, where more than one was tried", () => {
  const stats = (total: number, failed: number, open: number, requests = 0): object => ({
    stats: [
      { name: "cx_total", value: String(total) },
      { name: "cx_connect_fail", value: String(failed) },
      ...(open === 0 ? [] : [{ name: "cx_active", value: String(open) }]),
      { name: "rq_total", value: String(requests) },
    ],
  });
  // Those that are not open yet count as open, and have no request.
  const [waiting, first] = [stats(6, 4, 2), stats(1, 0, 1)];
  const hosts = [stats(3, 3, 0), stats(3, 2, 0), stats(1, 1, 0), stats(4, 3, 1, 7), {}, waiting, first].map(
    (counts, index) => ({
      ...endpoint("172.30.2.2", 15_443 + index, {}),
      ...counts,
    }),
  );
  const elsewhere = { ...endpoint("172.30.2.2", 15_460, {}), ...stats(2, 2, 0) };
  const reached = { ...endpoint("172.30.2.2", 15_460, {}), ...stats(1, 0, 0) };
  const page = {
    cluster_statuses: [
      { name: `outbound|5000|v1|${host}`, host_statuses: [...hosts, elsewhere] },
      { name: "outbound|80|v9|other.sample.svc.cluster.local", host_statuses: [reached] },
    ],
  };
  const [found] = readProxyClusters(JSON.stringify(page), twoClusters.services);
  expect(found?.endpoints.map(({ neverConnected }) => neverConnected)).toEqual([
    3,
    undefined,
    undefined,
    undefined,
    undefined,
    4,
    undefined,
    // Another cluster of the proxy got a connection to the same address.
    undefined,
  ]);
  const failing = new Map([["172.30.2.2:15444", 2]]);
  const [again] = readProxyClusters(JSON.stringify(page), twoClusters.services, failing);
  expect(
    again?.endpoints.flatMap(({ address, failing: failed }) => (failed === undefined ? [] : [[address, failed]])),
  ).toEqual([["172.30.2.2:15444", 2]]);
});

it("reads the endpoints of the mesh's services, what the east-west gateway passes on to among them", () => {
  const healthy = { eds_health_status: "HEALTHY" };
  const page = {
    cluster_statuses: [
      { name: `outbound_.5000_.v1_.${host}`, host_statuses: [endpoint("10.42.0.6", 5000, healthy)] },
      { name: "outbound|443||kubernetes.default.svc.cluster.local", host_statuses: [] },
      {
        name: `outbound|5000|v1|${host}`,
        host_statuses: [
          { ...endpoint("172.30.1.2", 15_443, healthy), priority: 1 },
          endpoint("10.42.0.6", 5000, { ...healthy, failed_outlier_check: true }),
        ],
      },
    ],
  };
  const [own, passed, ...more] = readProxyClusters(JSON.stringify(page), twoClusters.services);
  expect(more).toEqual([]);
  expect(passed).toEqual({
    name: `outbound|5000|v1|${host}`,
    endpoints: [
      { address: "10.42.0.6:5000", idle: expect.stringMatching(/./) as string, priority: 0 },
      { address: "172.30.1.2:15443", idle: "", priority: 1 },
    ],
  });
  expect(own).toEqual({
    name: `outbound_.5000_.v1_.${host}`,
    endpoints: [{ address: "10.42.0.6:5000", idle: "", priority: 0 }],
  });
});
