import { expect, it } from "vitest";
import { parse } from "yaml";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { writeYaml } from "../model/object-yaml.ts";
import type { IstioSettings, Mesh } from "../model/mesh.ts";
import { renderIstioOperators } from "../render/istio-operator.ts";
import { statsAnnotation } from "../render/latency-stats.ts";
import { renderRancherApp } from "../render/rancher-app.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { diffApp } from "./diff-app.ts";
import { diffObjects } from "./diff.ts";
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
      fix: expect.stringMatching(/isthmus drain west && isthmus apply --cluster west && .* then the same with east/),
    },
  ]);
});

it("says it of every change of a template, and of both gateways", () => {
  const image = "spec.template.spec.containers[0].image";
  const [both] = warnOfGatewayRestarts([
    planOf("west", changing("Deployment", "istio-ingressgateway", image)),
    planOf("east", changing("Deployment", "istio-eastwestgateway", image)),
  ]);
  expect(both?.detail).toContain("istio-ingressgateway and istio-eastwestgateway in west, east");
  expect(both?.detail).not.toContain("--max-p99");
  expect(both?.detail).toContain("an east-west gateway passes connections through");
});

it("says nothing of gateways that are new, of other fields and of other Deployments", () => {
  const fresh = { ...changing("Deployment", "istio-ingressgateway", annotation), action: "create" as const };
  const others = [
    changing("Deployment", "istio-ingressgateway", "spec.replicas"),
    changing("Deployment", "istiod", annotation),
    fresh,
  ];
  expect(warnOfGatewayRestarts([planOf("west", ...others)])).toEqual([]);
});

/** The IstioOperators, or Rancher's App, that the mesh of two clusters asks for in west. */
function asked(istio: Partial<IstioSettings>, mesh: Partial<Mesh> = {}): readonly KubeObject[] {
  const settings = { ...twoClusters.istio, version: "1.22.1", ...istio };
  const whole: Mesh = { ...twoClusters, ...mesh, istio: settings };
  return whole.clusters.slice(0, 1).flatMap((west) => {
    const { controlPlane, eastWest } = renderIstioOperators(whole, west, { values: {} });
    return settings.install === "operator"
      ? [controlPlane, eastWest ?? []].flat()
      : renderRancherApp(whole, west, { values: {} }).flatMap(([, object]) => (object.kind === "App" ? [object] : []));
  });
}

/** A plan that changes what west asks for now to what it is to ask for. */
function planned(before: readonly KubeObject[], after: readonly KubeObject[]): readonly ClusterPlan[] {
  const objects = after.map((object, index): PlannedObject => {
    const live = before[index] ?? object;
    const fields = object.kind === "App" ? diffApp(live, object) : diffObjects(live, object);
    const { name, namespace = "" } = object.metadata;
    const id = { group: "", kind: object.kind, namespace, name };
    const action = fields.length === 0 ? "none" : "update";
    return { action, phase: "istio", wave: "gateways", id, object, live, fields };
  });
  return [planOf("west", ...objects)];
}

/** What an isthmus asked for that knew nothing of histograms. */
function withoutTimes(object: KubeObject): KubeObject {
  const values = (spec: Json): Record<string, Json> => (spec as { values: Record<string, Json> }).values;
  const copy = structuredClone(object) as KubeObject & { spec: Json };
  if (copy.kind === "App") {
    const operator = parse(values(copy.spec)["overlayFile"] as string) as { spec: Json };
    delete values(operator.spec)["gateways"];
    values(copy.spec)["overlayFile"] = writeYaml(operator);
  } else if (copy.metadata.name !== "eastwest") {
    delete values(copy.spec)["gateways"];
  }
  return copy;
}

const both = "istio-ingressgateway and istio-eastwestgateway";

it.each([
  ["operator", "istio-ingressgateway"],
  ["rancher", both],
] as const)("says with install: %s that histograms start gateways anew", (install, gateways) => {
  const after = asked({ install });
  const [warning] = warnOfGatewayRestarts(planned(after.map(withoutTimes), after));
  expect(warning?.detail).toMatch(new RegExp(`^The apply starts the pods of ${gateways} in west anew, .*--max-p99`));
});

it.each(["operator", "rancher"] as const)("says with install: %s what may start gateways anew", (install) => {
  const before = asked({ install });
  const said = (after: readonly KubeObject[]): string | undefined =>
    warnOfGatewayRestarts(planned(before, after))[0]?.detail;
  expect(said(asked({ install, version: "1.23.0" }))).toContain(`may start the pods of ${both} in west`);
  expect(said(asked({ install, hub: "registry.example/istio" }))).toContain(`may start the pods of ${both}`);
  const proxy = { global: { proxy: { logLevel: "debug" } } };
  expect(said(asked({ install, values: proxy }))).toContain(`may start the pods of ${both}`);
  expect(said(asked({ install }))).toBeUndefined();
  const eastWest = { everywhere: { addresses: ["203.0.113.7"], port: 15443 }, seenFrom: {} };
  const behindNat = twoClusters.clusters.map((one) => ({ ...one, eastWest }));
  expect(said(asked({ install }, { clusters: behindNat }))).toBeUndefined();
  expect(said(asked({ install, values: { pilot: { autoscaleMin: 2 } } }))).toBeUndefined();
  expect(said(asked({ install, values: { global: { meshNetworks: { far: { gateways: [] } } } } }))).toBeUndefined();
});

/** What is said of a change of one field of the control plane's IstioOperator. */
function saidOf(path: string): string | undefined {
  return warnOfGatewayRestarts([planOf("west", changing("IstioOperator", "prod", path))])[0]?.detail;
}

it.each([
  "spec.values.revision",
  "spec.meshConfig.trustDomain",
  "spec.values.meshConfig.enablePrometheusMerge",
  "spec.values.meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE",
  "spec.components.ingressGateways[0].k8s.env[0].value",
])("tells of %s, which is in the template of their pods", (path) => {
  expect(saidOf(path)).toContain("may start the pods of istio-ingressgateway in west");
});

it("names the egress gateway where it alone may start anew", () => {
  expect(saidOf("spec.components.egressGateways[0].k8s.securityContext")).toContain("pods of istio-egressgateway in");
});

it.each(["service.type", "hpaSpec.minReplicas", "podDisruptionBudget", "replicaCount", "strategy.type"])(
  "does not tell of %s of a gateway, which is not in it",
  (setting) => {
    expect(saidOf(`spec.components.ingressGateways[0].k8s.${setting}`)).toBeUndefined();
  },
);

it("does not tell of what istiod alone reads", () => {
  expect(saidOf("spec.values.meshConfig.accessLogFile")).toBeUndefined();
  expect(saidOf("spec.values.meshConfig.defaultConfig.terminationDrainDuration")).toBeUndefined();
});
