import { expect, it } from "vitest";
import { statsAnnotation } from "../render/latency-stats.ts";
import { warnOfGatewayRestarts } from "./gateway-restarts.ts";
import type { ClusterPlan, PlannedObject } from "./plan.ts";

function changing(kind: string, name: string, ...paths: readonly string[]): PlannedObject {
  const id = { group: "apps", kind, namespace: "istio-system", name };
  const object = { apiVersion: "apps/v1", kind, metadata: { name } };
  const fields = paths.map((path) => ({ path, before: undefined, after: "x" }));
  return { action: "update", phase: "istio", wave: "gateways", id, object, live: object, fields };
}

function planOf(cluster: string, ...objects: readonly PlannedObject[]): ClusterPlan {
  const inventory = { items: [] } as unknown as Extract<ClusterPlan, { kind: "planned" }>["inventory"];
  return { kind: "planned", cluster, objects, prune: [], inventory, inventoryCurrent: true };
}

const annotation = `spec.template.metadata.annotations["${statsAnnotation}"]`;

it("says that gateways are started anew, where, and what for", () => {
  const plans = ["west", "east"].map((name) =>
    planOf(name, changing("Deployment", "istio-ingressgateway", annotation)),
  );
  expect(warnOfGatewayRestarts(plans)).toMatchObject([
    {
      code: "ISM793",
      severity: "warning",
      detail: expect.stringMatching(/pods of istio-ingressgateway in west, east anew, .* for shift --max-p99\./),
    },
  ]);
});

it("says it of every change of a template, of both gateways, and of what Istio's operator is asked for", () => {
  const image = "spec.template.spec.containers[0].image";
  const [both] = warnOfGatewayRestarts([
    planOf("west", changing("Deployment", "istio-ingressgateway", image)),
    planOf("east", changing("Deployment", "istio-eastwestgateway", image)),
  ]);
  expect(both?.detail).toContain("istio-ingressgateway and istio-eastwestgateway in west, east");
  expect(both?.detail).not.toContain("--max-p99");
  const asked = changing("IstioOperator", "prod", "spec.values.gateways.istio-ingressgateway.podAnnotations");
  expect(warnOfGatewayRestarts([planOf("west", asked)])).toHaveLength(1);
});

it("says nothing of gateways that are new, of other fields and of other Deployments", () => {
  const fresh = { ...changing("Deployment", "istio-ingressgateway", annotation), action: "create" as const };
  const others = [
    changing("Deployment", "istio-ingressgateway", "spec.replicas"),
    changing("Deployment", "istiod", annotation),
    changing("IstioOperator", "prod", "spec.tag"),
    fresh,
  ];
  expect(warnOfGatewayRestarts([planOf("west", ...others)])).toEqual([]);
});
