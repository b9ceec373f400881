import { describe, expect, it } from "vitest";
import { parseMesh } from "../parse.ts";

const file = (routes: readonly string[], more: readonly string[] = []): string =>
  [
    "apiVersion: isthmus.dev/v1alpha1",
    "kind: Mesh",
    "metadata: { name: prod }",
    "spec:",
    "  clusters:",
    "    - { name: west, context: west }",
    "    - { name: east, context: east }",
    "  services:",
    "    - name: db",
    "      namespace: shop",
    "      port: 5432",
    "      versions: { v1: { clusters: [west] }, v2: { clusters: [east] } }",
    ...more.map((line) => `      ${line}`),
    "      routes:",
    ...routes.map((route) => `        - ${route}`),
    "    - name: web",
    "      namespace: shop",
    "      port: 80",
    "      versions: { v1: { clusters: [west] } }",
    "      routes:",
    "        - { name: web, gateway: front, hosts: [www.example.org], tls: { secretName: web }, weights: { v1: 100 } }",
  ].join("\n");

const findings = (routes: readonly string[], more?: readonly string[]): readonly (readonly [string, string])[] =>
  parseMesh(file(routes, more), "mesh.yaml").diagnostics.map(({ code, detail }) => [code, detail]);

const bySni = "{ name: db, protocol: tls, gateway: front, hosts: [db.example.org], weights: { v1: 90, v2: 10 } }";
const inside = "{ name: db-inside, protocol: tcp, gateway: mesh, weights: { v1: 90, v2: 10 } }";

describe("routes of connections", () => {
  it("are by a name in the handshake at a Gateway, and by the service's address inside", () => {
    const { mesh, diagnostics } = parseMesh(file([bySni, inside]), "mesh.yaml");
    expect(diagnostics).toEqual([]);
    expect(mesh?.services[0]?.routes.map(({ protocol, hosts, gateways }) => ({ protocol, hosts, gateways }))).toEqual([
      { protocol: "tls", hosts: ["db.example.org"], gateways: ["front"] },
      { protocol: "tcp", hosts: ["db.shop.svc.cluster.local"], gateways: ["mesh"] },
    ]);
  });

  it.each([
    ["what only requests have", bySni.replace("weights", "match: { prefix: / }, weights"), "match"],
    ["a time-out", bySni.replace("weights", "timeout: 3s, weights"), "timeout"],
    ["TLS that the gateway ends", bySni.replace("weights", "tls: { secretName: db }, weights"), "tls"],
    ["published names", bySni.replace("weights", "dns: { via: externalDns }, weights"), "dns"],
    ["every name", bySni.replace("db.example.org", '"*"'), "hosts"],
    ["a name whose HTTPS the gateway ends", bySni.replace("db.example.org", "WWW.example.org"), "hosts"],
    ["a name for callers inside", bySni.replace("gateway: front", "gateway: mesh"), "gateway"],
    ["both places at once", bySni.replace("gateway: front", "gateways: [mesh, front]"), "gateways"],
    ["TCP at a Gateway", inside.replace("mesh", "front"), "gateway"],
    ["names for TCP", inside.replace("weights", "hosts: [db], weights"), "hosts"],
  ])("have not: %s", (_, route, field) => {
    const found = findings([route]).filter(([code]) => code === "ISM860");
    expect(found).toHaveLength(1);
    expect(found[0]?.[1]).toContain(`routes[0].${field}`);
  });

  it("are not beside routes of requests of the same service, and know no persons", () => {
    const requests = "{ name: page, gateway: front, hosts: [a.example.org], weights: { v1: 100 } }";
    expect(findings([requests, bySni]).map(([code]) => code)).toEqual(["ISM860"]);
    const sessions = findings([bySni], ["sessions: { httpHeaderName: x-user }"]);
    expect(sessions.map(([code, detail]) => [code, detail.includes("sessions")])).toEqual([["ISM860", true]]);
  });

  it("have one taker for each name, and for the service's own port inside", () => {
    expect(findings([bySni, bySni.replace("name: db", "name: more")]).map(([code]) => code)).toEqual(["ISM148"]);
    expect(findings([inside, inside.replace("name: db", "name: more")]).map(([code]) => code)).toEqual(["ISM148"]);
  });
});
