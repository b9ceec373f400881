import { expect, it } from "vitest";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { warnOfListenerChanges } from "./listener-changes.ts";
import type { ClusterPlan, PlannedObject } from "./plan.ts";

function planOf(cluster: string, ...objects: readonly PlannedObject[]): ClusterPlan {
  const inventory = { items: [] } as unknown as Extract<ClusterPlan, { kind: "planned" }>["inventory"];
  return { kind: "planned", cluster, objects, prune: [], inventory, inventoryCurrent: true };
}

function changed(kind: string, before: Json | undefined, after: Json): PlannedObject {
  const id = { group: "networking.istio.io", kind, namespace: "shop", name: "front" };
  const objectOf = (spec: Json): KubeObject => ({ apiVersion: `${id.group}/v1`, kind, metadata: id, spec });
  return {
    action: before === undefined ? "create" : "update",
    phase: "routes",
    wave: "destinations",
    id,
    object: objectOf(after),
    live: before === undefined ? undefined : objectOf(before),
    fields: [],
  };
}

const plain = (...hosts: readonly string[]): Json => ({ port: { number: 80, name: "http", protocol: "HTTP" }, hosts });
const secure = (secret: string, ...hosts: readonly string[]): Json => ({
  port: { number: 443, name: "https", protocol: "HTTPS" },
  tls: { mode: "SIMPLE", credentialName: secret },
  hosts,
});
const gateway = (before: readonly Json[], after: readonly Json[]): PlannedObject =>
  changed("Gateway", { servers: [...before] }, { servers: [...after] });
const connections = (weight: number): Json => ({
  hosts: ["db.example.org"],
  tls: [{ match: [{ sniHosts: ["db.example.org"] }], route: [{ destination: { host: "db" }, weight }] }],
});

it("says whose TLS connections end, and where, once for all clusters", () => {
  const before = [plain("a.example"), secure("web", "a.example")];
  const change = gateway(before, [plain("a.example"), secure("web", "a.example", "b.example")]);
  const [warning, ...others] = warnOfListenerChanges([planOf("west", change), planOf("east", change)]);
  expect(others).toEqual([]);
  expect(warning).toMatchObject({
    code: "ISM862",
    severity: "warning",
    detail: expect.stringMatching(/of west, east take TLS connections for a\.example\./),
  });
});

it("says it of a certificate in another Secret, of a server that goes, and of weights of connections", () => {
  const server = secure("web", "a.example");
  for (const change of [
    gateway([server], [secure("other", "a.example")]),
    gateway([server], [plain("a.example")]),
    changed("VirtualService", connections(80), connections(20)),
  ]) {
    expect(warnOfListenerChanges([planOf("west", change)])).toHaveLength(1);
  }
});

it("says nothing of plain ports, of weights of requests, of servers beside, and of what is new", () => {
  const server = secure("web", "a.example");
  const requests = (weight: number): Json => ({ hosts: ["a"], http: [{ route: [{ weight }] }] });
  const changes = [
    gateway([plain("a.example")], [plain("a.example", "b.example")]),
    gateway([server], [server, secure("b", "b.example")]),
    changed("VirtualService", requests(80), requests(20)),
    changed("Gateway", undefined, { servers: [server] }),
  ];
  expect(warnOfListenerChanges([planOf("west", ...changes)])).toEqual([]);
});
