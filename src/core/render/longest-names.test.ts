import { describe, expect, it } from "vitest";
import type { Drain } from "../model/drain.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { parseMesh } from "../mesh-file/parse.ts";
import { materialsOf } from "../testing/arbitrary-mesh.ts";
import { renderMesh } from "./render-mesh.ts";

/** A name with as many characters as a label may have. */
function label(start: string): string {
  return start.padEnd(63, "x");
}

/** A name with as many characters as most objects' names may have. */
function subdomain(start: string): string {
  return [label(start), label("b"), label("c")].join(".").concat(".", "d".repeat(61));
}

const [west, east] = [label("west"), label("east")];
const host = `${label("h")}.${label("i")}.${label("j")}.${"k".repeat(61)}`;

const file = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: ${label("mesh")} }
spec:
  clusters:
    - { name: ${west}, network: ${label("wn")}, region: ${label("r")}, zone: ${label("z")}, context: w }
    - { name: ${east}, network: ${label("en")}, region: ${label("s")}, zone: ${label("z")}, context: e }
  istio: { install: INSTALL, version: 1.22.8 }
  hardening: { networkPolicies: true, podSecurity: baseline }
  issuers:
    - { name: ${subdomain("issuer")}, acme: { server: "https://acme.example/d", email: a@b.example, http01: {} } }
  services:
    - name: ${label("service")}
      namespace: ${label("namespace")}
      port: 80
      versions: { ${label("v1")}: { clusters: [${west}] }, ${label("v2")}: { clusters: [${east}] } }
      failover: {}
      routes:
        - { name: ${subdomain("plain")}, gateway: ${label("g")}, hosts: [${host}], match: { exact: /a }, weights: { ${label("v1")}: 50, ${label("v2")}: 50 } }
        - { name: ${subdomain("other")}, gateway: ${label("g")}, hosts: [${host}], match: { exact: /b }, weights: { ${label("v1")}: 100 } }
        - { name: ${subdomain("inside")}, gateway: mesh, weights: { ${label("v1")}: 100 } }
        - name: ${subdomain("tls")}
          gateway: ${label("t")}
          hosts: [${host.replace("h", "t")}]
          weights: { ${label("v2")}: 100 }
          tls: { secretName: ${subdomain("secret")}, certificate: ${subdomain("certificate")}, issuer: ${subdomain("issuer")} }
`;

function meshOf(install: string): Mesh {
  const { mesh, diagnostics } = parseMesh(file.replace("INSTALL", install), "mesh.yaml");
  expect(diagnostics).toEqual([]);
  if (mesh === undefined) {
    throw new Error("the file is valid");
  }
  return mesh;
}

/** The mesh with its service drained in a cluster. */
function drained(mesh: Mesh): Mesh {
  const [service] = mesh.services;
  const drain: Drain = {
    cluster: east,
    namespace: service?.namespace ?? "",
    service: service?.name ?? "",
    since: "2026-01-01T00:00:00Z",
    at: "2026-01-01T00:00:00Z",
    instead: west,
    stage: "all",
    selector: { app: label("app") },
  };
  return { ...mesh, services: mesh.services.map((one) => ({ ...one, drains: [drain] })) };
}

/** Kinds whose names are DNS labels (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/). */
const labelled = ["Service", "Namespace"];

function tooLong({ kind, metadata }: KubeObject): readonly string[] {
  const longest = labelled.includes(kind) ? 63 : 253;
  return [
    ...(metadata.name.length > longest ? [`${kind} ${metadata.name} has ${metadata.name.length} characters`] : []),
    ...Object.entries(metadata.labels ?? {})
      .filter(([key, value]) => value.length > 63 || (key.split("/").at(-1) ?? "").length > 63)
      .map(([key, value]) => `label ${key}=${value} of ${kind} ${metadata.name}`),
  ];
}

describe("the longest names that a mesh file may have", () => {
  it.each(["istioctl", "helm", "operator"])("are rendered into names that an API server takes: %s", (install) => {
    for (const mesh of [meshOf(install), drained(meshOf(install))]) {
      const objects = renderMesh(mesh, materialsOf(mesh, { keys: true })).clusters.flatMap((one) => one.objects);
      expect(objects.length).toBeGreaterThan(10);
      expect(objects.flatMap(({ object }) => tooLong(object))).toEqual([]);
    }
  });
});
