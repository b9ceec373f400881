import { expect, it } from "vitest";
import type { Mesh } from "../../../core/model/mesh.ts";
import { clusterNamed } from "../../../core/model/mesh.ts";
import { gatewayApiMesh } from "../../../core/testing/gateway-api-mesh.ts";
import { drainOf, shopOf, threeClusters } from "../../../core/testing/three-clusters.ts";
import { signal, wireCluster } from "../../facts/testing/wire-cluster.ts";
import type { CurrentState } from "../current-state.ts";
import { gatewayApi } from "./gateway-api.ts";

const routed = gatewayApiMesh("hosts: [shop.example], weights: { v1: 100 }");

/** What the rule says of west, whose API server answers a list of HTTPRoutes by this status, or not at all. */
async function said(mesh: Mesh, status?: number | "away") {
  const { client, server } = await wireCluster([], {});
  if (status === "away") {
    await server.close();
  } else if (status !== undefined) {
    const body = { apiVersion: "v1", kind: "Status", status: "Failure", code: status, details: {} };
    server.inject({ kind: "status", status, body }, { times: 9 });
  }
  const member = { client, cluster: clusterNamed(mesh, "west"), context: { context: "c-west" } };
  const current = { meshFile: { mesh }, members: [member] } as unknown as CurrentState;
  return gatewayApi.find(current, { signal } as never);
}

it("refuses a plan for a cluster without the Gateway API, with the command that installs the release of its Istio", async () => {
  const [only, ...others] = await said(routed, 404);
  expect([only?.code, only?.severity, others]).toEqual(["ISM769", "error", []]);
  expect(only?.fix).toContain(
    "\n    kubectl --context c-west apply --server-side -f https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.6.0/standard-install.yaml",
  );
});

it("says nothing where it is served, may not be listed, or no route is made of it", async () => {
  expect(await said(routed)).toEqual([]);
  expect(await said(routed, 403)).toEqual([]);
  expect(await said(threeClusters(), 404)).toEqual([]);
});

it("leaves it to the plan to tell of a cluster that stops answering", async () => {
  expect(await said(routed, "away")).toEqual([]);
});

it("refuses a service that is drained from before its routes were of the Gateway API", async () => {
  const service = { ...shopOf(routed), drains: [drainOf("east", "all")] };
  const found = await said({ ...routed, services: [service] });
  expect(found.map(({ code, cluster }) => [code, cluster])).toEqual([["ISM601", "east"]]);
});
