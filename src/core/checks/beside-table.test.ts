import { describe, expect, it } from "vitest";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import type { BesideFacts } from "./beside-facts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import type { PodFacts } from "./pod-facts.ts";
import { runChecks } from "./run-checks.ts";

const nothing: BesideFacts = { filters: [], sidecars: [], scopes: [], entries: [], exported: [] };

function withBeside(beside: Partial<BesideFacts>): MeshFacts {
  return withCluster("west", (one) => ({ routing: { ...one.routing, beside: { ...nothing, ...beside } } }));
}

/** Every pod of the service in west has these annotations about its ports. */
function withInbound(inbound: NonNullable<PodFacts["inbound"]>): MeshFacts {
  return withCluster("west", (one) => ({
    pods: one.pods.map((pod) => (pod.namespace === "sample" ? { ...pod, inbound } : pod)),
  }));
}

function withExportOfService(exportTo: readonly string[]): MeshFacts {
  return withCluster("west", (one): Partial<ReachedCluster> => ({
    services: one.services.map((service) => ({ ...service, exportTo })),
  }));
}

const rule = { kind: "DestinationRule", namespace: "sample", name: "helloworld" };
const written = { by: "", at: "" };
const filter = { kind: "EnvoyFilter", namespace: "istio-system", name: "by-hand", written };
const sidecar = { kind: "Sidecar", namespace: "sample", name: "by-hand" };

describe("what somebody has put beside the mesh", () => {
  it.each<readonly [string, MeshFacts, readonly string[], string]>([
    [
      "a rule that gateways do not see",
      withBeside({ exported: [{ ...rule, exportTo: ["."] }] }),
      ["ISM538"],
      "merge -p",
    ],
    ["a rule that they see", withBeside({ exported: [{ ...rule, exportTo: [".", "istio-system"] }] }), [], ""],
    ["a service that they do not see", withExportOfService(["~"]), ["ISM538"], "networking.istio.io/exportTo-"],
    ["a service that everybody sees", withExportOfService(["*"]), [], ""],
    [
      "ports that go past sidecars",
      withInbound({ exclude: [5000], deployment: "helloworld-v1" }),
      ["ISM539"],
      "patch deployment helloworld-v1",
    ],
    ["other ports that do", withInbound({ exclude: [9999] }), [], ""],
    ["ports that sidecars take alone", withInbound({ include: [8080] }), ["ISM539"], ""],
    [
      "a Sidecar of another port",
      withBeside({ sidecars: [{ ...sidecar, ports: [9999] }] }),
      ["ISM539"],
      "delete sidecar.networking.istio.io by-hand",
    ],
    ["a Sidecar of the port", withBeside({ sidecars: [{ ...sidecar, ports: [5000] }] }), [], ""],
    [
      "a Sidecar that hands requests to a port that nobody declares",
      withBeside({ sidecars: [{ ...sidecar, ports: [5000], handed: { 5000: 5999 } }] }),
      ["ISM766"],
      "",
    ],
    [
      "a Sidecar that does so with another port",
      withBeside({ sidecars: [{ ...sidecar, ports: [5000, 81], handed: { 81: 5999 } }] }),
      [],
      "",
    ],
    [
      "a Sidecar of other pods",
      withBeside({ sidecars: [{ ...sidecar, selector: { app: "x" }, ports: [9999] }] }),
      [],
      "",
    ],
  ])("is judged: %s", (_, facts, codes, command) => {
    const { causes } = runChecks(facts, { pre: false });
    expect(causes.map((one) => one.code)).toEqual(codes);
    expect((causes[0]?.commands ?? []).join("\n")).toContain(command);
  });

  it("is named where it changes proxies in ways that nobody judges", () => {
    const looked = runChecks(withBeside({ filters: [filter] }), { pre: false });
    expect(looked.causes).toEqual([]);
    const result = looked.results.find(({ id }) => id === "routes/in-proxies");
    expect(result).toMatchObject({ state: "unknown" });
    expect(result?.unseen?.join()).toContain("EnvoyFilter istio-system/by-hand");
    const elsewhere = withBeside({ filters: [{ ...filter, selector: { app: "x" } }] });
    expect(runChecks(elsewhere, { pre: false }).results.every(({ state }) => state === "ok")).toBe(true);
  });

  it("is named as what changes all routes of a gateway", () => {
    const { causes } = runChecks(withoutRoutes(withBeside({ filters: [filter] })), { pre: false });
    expect(causes.map((one) => one.code)).toEqual(["ISM475"]);
    expect(causes[0]?.detail).toContain("EnvoyFilter istio-system/by-hand changes");
    expect(causes[0]?.fix).toContain("get envoyfilter by-hand");
  });

  it("is no endpoint that is gone where a WorkloadEntry adds it", () => {
    const facts = withBeside({
      entries: [
        {
          kind: "WorkloadEntry",
          namespace: "sample",
          name: "vm",
          addresses: ["10.99.0.9"],
          written,
        },
      ],
    });
    expect(runChecks(withShard(facts), { pre: false }).causes.map((one) => one.code)).toEqual([]);
    expect(runChecks(withShard(healthyFacts()), { pre: false }).causes.map((one) => one.code)).toEqual(["ISM439"]);
  });
});

it("gives the other clusters the token of a reader account that is made again", () => {
  const id = { group: "", kind: "ServiceAccount", namespace: "istio-system", name: "istio-reader-service-account" };
  const facts = withCluster("east", () => ({
    drift: { kind: "compared", applied: true, objects: [{ id, state: "gone", fields: [] }], unknown: [] },
  }));
  const [cause] = runChecks(facts, { pre: false }).causes;
  expect(cause?.code).toBe("ISM455");
  expect(cause?.commands).toEqual(["isthmus apply"]);
});

function inWest(facts: MeshFacts, change: (one: ReachedCluster) => Partial<ReachedCluster>): MeshFacts {
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "west" ? { ...one, ...change(one) } : one,
    ),
  };
}

function withoutRoutes(facts: MeshFacts): MeshFacts {
  return inWest(facts, (one) => ({
    gateways: one.gateways.map((gateway) => ({
      ...gateway,
      pods: gateway.pods.map((pod) => ({
        ...pod,
        config: { ...pod.config, routeTables: pod.config.routeTables.map((table) => ({ ...table, virtualHosts: [] })) },
      })),
    })),
  }));
}

function withShard(facts: MeshFacts): MeshFacts {
  return inWest(facts, (one) => ({
    istiod: {
      ...one.istiod,
      pods: one.istiod.pods.map((pod) => ({
        ...pod,
        shards: pod.shards.map((shard) =>
          shard.cluster === "west" ? { ...shard, endpoints: [...shard.endpoints, "10.99.0.9:5000"] } : shard,
        ),
      })),
    },
  }));
}
