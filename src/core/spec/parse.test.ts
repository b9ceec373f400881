import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { formatDiagnostic } from "../diagnostics/format.ts";
import { parseMesh } from "./parse.ts";
import { findUnsupported } from "./unsupported.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const bad = fileURLToPath(new URL("testdata/bad/", import.meta.url));

function example(name: string): string {
  return readFileSync(`${root}examples/${name}`, "utf8");
}

describe("the examples", () => {
  it.each(["sandbox.yaml", "runbook.yaml"])("%s is valid", (name) => {
    expect(parseMesh(example(name), name).diagnostics).toEqual([]);
  });

  it("of the sandbox asks for nothing that cannot be done", () => {
    const { mesh, locate } = parseMesh(example("sandbox.yaml"), "sandbox.yaml");
    expect(mesh === undefined ? undefined : findUnsupported(mesh, locate)).toEqual([]);
  });

  it("of the runbook is refused with every reason at its place, until those features are there", () => {
    const { mesh, locate } = parseMesh(example("runbook.yaml"), "runbook.yaml");
    const found = mesh === undefined ? [] : findUnsupported(mesh, locate);
    expect(found.map((one) => `${one.range?.start.line} ${one.detail.replace(/.*cannot (.*) yet\./, "$1")}`)).toMatchInlineSnapshot(`
      [
        "22 install Istio by operator",
        "8 talk to Rancher",
        "28 use Rancher tokens between clusters",
        "29 render NetworkPolicies",
        "29 set pod security levels",
        "57 make certificate issuers",
        "64 publish DNS records",
        "17 reach clusters through Rancher",
        "18 reach clusters through Rancher",
        "51 end TLS at the gateway",
        "54 publish DNS records",
      ]
    `);
  });
});

describe("every bad mesh file of testdata/bad", () => {
  it.each(readdirSync(bad).filter((name) => name.endsWith(".yaml")))("%s gets its golden diagnostics", (name) => {
    const { mesh, diagnostics } = parseMesh(readFileSync(`${bad}${name}`, "utf8"), name);
    const text = `${diagnostics.map((one) => formatDiagnostic(one, { color: false })).join("\n\n")}\n`;
    const golden = `${bad}${name.replace(".yaml", ".txt")}`;
    if (process.env["UPDATE_GOLDEN"] !== undefined || !existsSync(golden)) {
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, "utf8"));
    expect(mesh).toBeUndefined();
    expect(diagnostics.every((one) => one.range !== undefined && one.fix !== undefined)).toBe(true);
  });
});

describe("any text", () => {
  it("is parsed or refused with a place, never thrown at", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
        expect(mesh === undefined).toBe(diagnostics.some((one) => one.severity === "error"));
        expect(diagnostics.every((one) => (one.range?.start.line ?? 0) >= 1 && (one.range?.start.column ?? 0) >= 1)).toBe(true);
      }),
    );
  });
});

describe("any valid mesh", () => {
  it("keeps its names, networks and weights through writing and parsing", () => {
    const percent = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), percent, (count, v1) => {
        const clusters = Array.from({ length: count }, (_, index) => ({ name: `c${index}`, context: `ctx-${index}` }));
        const text = stringify({
          apiVersion: "isthmus.dev/v1alpha1",
          kind: "Mesh",
          metadata: { name: "m" },
          spec: {
            clusters,
            services: [
              {
                name: "s",
                namespace: "n",
                port: 80,
                versions: { v1: { clusters: ["c0"] }, v2: { clusters: [`c${count - 1}`] } },
                routes: [{ name: "r", gateway: "g", hosts: ["*"], weights: { v1, v2: 100 - v1 } }],
              },
            ],
          },
        });
        const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
        expect(diagnostics).toEqual([]);
        expect(mesh?.clusters.map((cluster) => cluster.network)).toEqual(clusters.map((cluster) => cluster.name));
        expect(mesh?.services[0]?.routes[0]?.weights).toEqual({ v1, v2: 100 - v1 });
      }),
    );
  });
});
