import { expect, it } from "vitest";
import { parseProxyEndpoints } from "./proxy-endpoints.ts";

function idleOf(health_status: object | undefined): string | undefined {
  const host = {
    address: { socket_address: { address: "10.42.0.6", port_value: 5000 } },
    stats: [
      { name: "rq_total", value: "3" },
      { name: "rq_error", type: "COUNTER" },
    ],
    ...(health_status === undefined ? {} : { health_status }),
  };
  const body = JSON.stringify({ cluster_statuses: [{ name: "c", host_statuses: [host] }] });
  return parseProxyEndpoints(body).get("c")?.[0]?.idle;
}

// What Envoy does with each: docs/adr/0005.
it.each([
  ["is healthy", { eds_health_status: "HEALTHY" }, ""],
  ["is degraded: it gets what the healthy ones cannot take", { eds_health_status: "DEGRADED" }, ""],
  ["has no status", undefined, ""],
  ["is draining", { eds_health_status: "DRAINING" }, "draining"],
  ["is unhealthy", { eds_health_status: "UNHEALTHY" }, "unhealthy"],
  ["is timed out", { eds_health_status: "TIMEOUT" }, "timeout"],
  ["is ejected", { eds_health_status: "HEALTHY", failed_outlier_check: true }, "ejected by outlier detection"],
  ["fails its health check", { eds_health_status: "HEALTHY", failed_active_health_check: true }, "failed health check"],
  ["is being removed", { eds_health_status: "HEALTHY", pending_dynamic_removal: true }, "being removed"],
])("knows whether a host that %s gets requests", (_, health, idle) => {
  expect(idleOf(health)).toBe(idle);
});

it("reads counters, those that are left out as 0, and addresses of IPv6", () => {
  const host = {
    address: { socket_address: { address: "fd00::6", port_value: 80 } },
    stats: [
      { name: "rq_total", value: "12" },
      { name: "rq_success", value: "9" },
      { name: "rq_error", type: "COUNTER" },
    ],
  };
  const body = JSON.stringify({ cluster_statuses: [{ name: "c", host_statuses: [host] }, { name: "empty" }] });
  expect([...parseProxyEndpoints(body)]).toEqual([
    [
      "c",
      [
        {
          address: "[fd00::6]:80",
          idle: "",
          priority: 0,
          weight: 1,
          connections: { total: 0, failed: 0, open: 0 },
          counters: { total: 12, success: 9, error: 0, timedOut: 0, active: 0 },
        },
      ],
    ],
    ["empty", []],
  ]);
});
