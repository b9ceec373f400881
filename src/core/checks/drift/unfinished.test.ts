import { expect, it } from "vitest";
import { keyOf } from "../../model/kube-object.ts";
import type { ObjectId } from "../../model/kube-object.ts";
import { healthyFacts } from "../../testing/healthy-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { runChecks } from "../run-checks.ts";

const istio = "istio-system";
const routing = "networking.istio.io";

/** What an apply has yet to make whose control planes are there: gateways, the join, the service and its routes. */
const unmade: readonly ObjectId[] = [
  { group: "apps", kind: "Deployment", namespace: istio, name: "istio-ingressgateway" },
  { group: "apps", kind: "Deployment", namespace: istio, name: "istio-eastwestgateway" },
  { group: "", kind: "Service", namespace: istio, name: "istio-ingressgateway" },
  { group: "", kind: "Service", namespace: istio, name: "istio-eastwestgateway" },
  { group: routing, kind: "Gateway", namespace: istio, name: "cross-network-gateway" },
  { group: "", kind: "Service", namespace: "sample", name: "helloworld" },
  { group: routing, kind: "DestinationRule", namespace: "sample", name: "helloworld" },
  { group: routing, kind: "VirtualService", namespace: "sample", name: "helloworld" },
];

/** A cluster in which an apply was killed between its control plane and its gateways, as one that was seen. */
function halfApplied(one: ReachedCluster): ReachedCluster {
  const remote = one.cluster === "west" ? "east" : "west";
  const secret = { group: "", kind: "Secret", namespace: istio, name: `istio-remote-secret-${remote}` };
  const objects = [...unmade, secret].map((id) => ({ id, state: "unmade", fields: [] }) as const);
  return {
    ...one,
    gateways: one.gateways.map(({ service: _none, ...gateway }) => ({
      ...gateway,
      desired: 0,
      ready: 0,
      pods: [],
      reason: `Deployment ${gateway.name} does not exist`,
    })),
    istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, remotes: [], shards: [], proxies: [] })) },
    callers: [],
    remoteSecrets: [],
    pods: one.pods.filter(({ labels }) => labels["app"] === "istiod"),
    services: one.services.map((service) => ({
      ...service,
      present: false,
      servicePorts: [],
      podsOf: {},
      ports: [],
      endpoints: [],
    })),
    routing: { ...one.routing, gateways: [], virtualServices: [], destinationRules: [] },
    drift: { kind: "compared", applied: true, unfinished: true, objects, unknown: [] },
  };
}

function changed(change: (one: ReachedCluster) => ReachedCluster): MeshFacts {
  const facts = healthyFacts();
  return { ...facts, clusters: facts.clusters.map((one) => (one.kind === "reached" ? change(one) : one)) };
}

it("is the one cause of all that is not there yet, named first with the apply that ends it", () => {
  const { causes, ok } = runChecks(changed(halfApplied), { pre: false });
  expect(causes.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["error ISM751"]);
  const [{ detail, fix, commands, consequences }] = causes as [(typeof causes)[number]];
  expect(detail).toContain("An apply has begun in west (not there or not yet as asked: Deployment istio-system/");
  expect(detail).toContain("and 5 more) and in east (");
  expect(fix).toMatch(/^Run the apply again/);
  expect(commands).toEqual(["isthmus apply"]);
  expect(ok).toBe(false);
  const about = new Set(consequences.flatMap(({ object }) => (object === undefined ? [] : [keyOf(object)])));
  for (const id of unmade.filter(({ kind }) => ["Deployment", "VirtualService", "DestinationRule"].includes(kind))) {
    expect([keyOf(id), about.has(keyOf(id))]).toEqual([keyOf(id), true]);
  }
  // Nobody has deleted what was never made.
  expect(consequences.map(({ code }) => code)).not.toContain("ISM455");
});

it("is a warning where everything is there and some of it not yet as asked", () => {
  const id = { group: routing, kind: "VirtualService", namespace: "sample", name: "helloworld" };
  const facts = changed((one) => ({
    ...one,
    drift: {
      kind: "compared",
      applied: true,
      unfinished: true,
      objects: [{ id, state: "pending", fields: [] }],
      unknown: [],
    },
  }));
  const { causes, ok } = runChecks(facts, { pre: false });
  expect([causes.map(({ code, severity }) => `${severity} ${code}`), ok]).toEqual([["warning ISM751"], true]);
});

it("follows from what keeps pods away, since an apply waits for them before it goes on", () => {
  const tight = { namespace: istio, name: "tight", resources: { pods: { hard: "1", used: "1" } } };
  const facts = changed((one) => {
    const half = halfApplied(one);
    return one.cluster === "west" ? half : { ...half, quotas: [tight] };
  });
  const { causes } = runChecks(facts, { pre: false });
  expect(causes.map(({ code, cluster }) => `${code} ${cluster ?? ""}`)).toEqual(["ISM447 east"]);
  expect(causes[0]?.consequences.map(({ code }) => code)).toContain("ISM751");
});

it("explains nothing that is wrong with what is there", () => {
  const expired = changed((one) => ({ ...one, meshId: one.cluster === "west" ? "other" : "sandbox" }));
  const facts = changed((one) => ({
    ...halfApplied(one),
    meshId: one.cluster === "west" ? "other" : "sandbox",
  }));
  const without = runChecks(expired, { pre: false }).causes.map(({ code }) => code);
  expect(without).not.toEqual([]);
  expect(runChecks(facts, { pre: false }).causes.map(({ code }) => code)).toEqual(
    expect.arrayContaining([...without, "ISM751"]),
  );
});
