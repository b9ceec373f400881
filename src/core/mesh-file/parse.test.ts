import { runsOfToday } from "../../../test/part-of-today.ts";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../diagnostics/format.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { parseMesh } from "./parse.ts";

function readExample(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url)), "utf8");
}

/** Properties run a text hundreds of times; a busy machine gets time for it. */

const head = "apiVersion: isthmus.dev/v1alpha1\nkind: Mesh\nmetadata: { name: m }\nspec:\n";
const small = `${head}  clusters: [{ name: west, context: w }]\n`;

function codesOf(text: string): readonly string[] {
  return parseMesh(text, "mesh.yaml").diagnostics.map((one) => one.code);
}

it.each([
  ["{ name: r, gatway: g, hosts: [a.example], weights: { v1: 100 } }", "gateway"],
  ["{ name: r, gateway: g, host: [a.example], weights: { v1: 100 } }", "hosts"],
])("a misspelt field is not missing too, also where a rule asks for it: %s", (route, meant) => {
  expect(parseMesh(meshWithRoutes(route), "mesh.yaml").diagnostics).toMatchObject([
    { code: "ISM102", fix: `Did you mean ${meant}?` },
  ]);
});

describe("the examples", () => {
  it("of the sandbox is the mesh that all later tests use", () => {
    const parsed = parseMesh(readExample("sandbox.yaml"), "sandbox.yaml");
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.mesh).toEqual(twoClusters);
  });

  it("of Rancher names the clusters of a sandbox's double by their IDs", () => {
    const parsed = parseMesh(readExample("rancher.yaml"), "rancher.yaml");
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.mesh?.clusters.map((cluster) => cluster.access)).toEqual([
      { kind: "rancher", rancherId: "c-kdbnq" },
      { kind: "rancher", rancherId: "c-7pdc8" },
    ]);
  });

  it("of the runbook has every setting of the runbook", () => {
    const parsed = parseMesh(readExample("runbook.yaml"), "runbook.yaml");
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.mesh).toMatchObject({
      name: "mcsps-test",
      clusters: [
        {
          name: "mcsps-test-k8s-01",
          network: "mcsps-test-01",
          access: { kind: "rancher", rancherId: "c-f7r9g" },
        },
        { name: "mcsps-test-k8s-02", network: "mcsps-test-02" },
      ],
      istio: {
        version: "1.12.0",
        install: "operator",
        hub: "mtr.devops.telekom.de/istio",
        nodeSelector: { role: "ingress" },
      },
      rancher: {
        token: { env: "RANCHER_TOKEN" },
        project: { quota: { limitsCpu: "12000m", limitsMemory: "12000Mi" } },
      },
      access: { credentials: "rancherToken", rotateBeforeSeconds: 1_209_600 },
      hardening: { podSecurity: "restricted", networkPolicies: "strict" },
      issuers: [{ name: "letsencrypt-wild" }],
      dns: { zone: "mcsps.telekomcloud.com", provider: { name: "designate", settings: {} } },
    });
    expect(parsed.mesh?.services[0]?.routes[1]).toEqual({
      name: "helloworld-ssl",
      gateways: ["helloworld-ssl-gateway"],
      hosts: ["helloistio.mcsps.telekomcloud.com"],
      match: { path: { kind: "exact", value: "/hello" }, headers: {}, fromRegions: [] },
      weights: { v1: 90, v2: 10 },
      tls: {
        secretName: "helloistio-mcsps-telekomcloud-com",
        certificate: "helloistio",
        issuer: "letsencrypt-wild",
      },
      dns: { via: "externalDns" },
    });
  });
});

describe("defaults", () => {
  it("match every path when a route has no match, and give 0 to versions without a weight", () => {
    const text = `${small}  services:
    - { name: s, namespace: n, port: 80, versions: { a: { clusters: [west] }, b: { clusters: [west] } },
        routes: [{ name: r, gateway: g, hosts: ["*"], weights: { b: 100 } }] }
`;
    const route = parseMesh(text, "mesh.yaml").mesh?.services[0]?.routes[0];
    expect(route?.match).toEqual({
      path: { kind: "prefix", value: "/" },
      headers: {},
      fromRegions: [],
    });
    expect(route?.weights).toEqual({ a: 0, b: 100 });
  });

  it("leave out what was not written instead of setting it to undefined", () => {
    const undefinedFields: string[] = [];
    JSON.stringify(parseMesh(small, "mesh.yaml").mesh, (key, value: unknown) => {
      if (value === undefined) {
        undefinedFields.push(key);
      }
      return value;
    });
    expect(undefinedFields).toEqual([]);
  });
});

describe("YAML", () => {
  it("may have merge keys and aliases", () => {
    const text = `${head}  clusters:
    - &west { name: west, context: w, region: eu }
    - { <<: *west, name: east, context: e }
  services: [{ name: s, namespace: n, port: 80, versions: { v1: { clusters: &all [west, east] }, v2: { clusters: *all } } }]
`;
    const parsed = parseMesh(text, "mesh.yaml");
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.mesh?.clusters[1]).toMatchObject({ name: "east", network: "east", region: "eu" });
    expect(parsed.mesh?.services[0]?.versions[1]?.clusters).toEqual(["west", "east"]);
  });

  it("has no maps as keys, whatever is in them", () => {
    for (const key of ["{ a: 1 }", "<<: *nobody", "<<: 1", "[a]"]) {
      const { mesh, diagnostics } = parseMesh(`? ${key}\n: 1\n`, "mesh.yaml");
      expect(mesh).toBeUndefined();
      expect(diagnostics.map(({ range }) => range?.start.line)).toContain(1);
    }
  });

  it("is located through aliases and merge keys", () => {
    const text = `${head}  clusters:
    - &west { name: west, context: w, region: eu }
    - { <<: *west, name: east }
`;
    const { locate, diagnostics } = parseMesh(text, "mesh.yaml");
    expect(locate(["spec", "clusters", 1, "region"]).start).toEqual({ line: 6, column: 47 });
    expect(diagnostics.map((one) => [one.code, one.range?.start.line])).toEqual([["ISM125", 6]]);
  });

  it("says what is wrong inside of a value that may also be a plain one", () => {
    const policies = (text: string): readonly string[] =>
      codesOf(`${small}  hardening: { networkPolicies: ${text} }\n`);
    expect(policies("{ mode: runbook }")).toEqual([]);
    expect(policies("{ mode: loose }")).toEqual(["ISM116"]);
    expect(policies("{ modes: strict }")).toEqual(["ISM102"]);
    expect(policies("[strict]")).toEqual(["ISM103"]);
  });

  it("is 1.2 whatever its directive says", () => {
    expect(codesOf(`%YAML 1.1\n---\n${small}  hardening: { networkPolicies: yes }\n`)).toEqual(["ISM103"]);
  });

  it("may have a document marker, comments, a byte order mark and Windows line ends", () => {
    const text = `\ufeff---\n# a mesh\n${small}...\n`.replaceAll("\n", "\r\n");
    expect(parseMesh(text, "mesh.yaml").diagnostics).toEqual([]);
    const bad = parseMesh(text.replace("west", "West"), "mesh.yaml").diagnostics[0]?.range;
    expect(bad?.start).toEqual({ line: 7, column: 22 });
    expect(bad?.lineText).toBe("  clusters: [{ name: West, context: w }]");
  });

  it("has numbers as keys where names are wanted", () => {
    const text = `${small}  services: [{ name: s, namespace: n, port: 80, versions: { 1: { clusters: [wset] } } }]\n`;
    const [diagnostic] = parseMesh(text, "mesh.yaml").diagnostics;
    expect(diagnostic).toMatchObject({ code: "ISM126", fix: "Did you mean west?" });
    expect(diagnostic?.range?.start).toEqual({ line: 6, column: 77 });
  });

  it("can be a thousand clusters with aliases", () => {
    const clusters = Array.from(
      { length: 1000 },
      (_, index) =>
        `    - { name: c${index}, context: c${index}, eastWest: ${index === 0 ? "&e { service: { namespace: istio-system, name: istio-eastwestgateway } }" : "*e"} }\n`,
    );
    const parsed = parseMesh(`${head}  clusters:\n${clusters.join("")}`, "mesh.yaml");
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.mesh?.clusters.length).toBe(1000);
  });

  it.each([
    ["brackets", "[".repeat(100_000)],
    ["braces", "{a: ".repeat(50_000)],
    ["dashes", "- ".repeat(50_000)],
    ["question marks", "? ".repeat(50_000)],
  ])("with a hundred thousand nested %s is refused, not died of", (_name, text) => {
    expect(codesOf(text)).toEqual(["ISM112"]);
  });
});

describe("parsing", () => {
  it("has a mesh exactly when there is nothing to say", () => {
    for (const text of [small, `${small}  istio: {}\n`, `${small}  istoi: {}\n`, ""]) {
      const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
      expect(mesh === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
    }
  });

  it("gives places in the order of the file", () => {
    const text = `${small.replace("name: m", "name: M")}  x: 1\n  istio: { y: 2, version: 3 }\n`;
    const lines = parseMesh(text, "mesh.yaml").diagnostics.map((one) => one.range?.start.line);
    expect(lines).toEqual([3, 6, 7, 7]);
  });

  it("locates values, and their parents when they are not written", () => {
    const { locate } = parseMesh(`${small}  istio:\n    profile: demo\n`, "mesh.yaml");
    const words = (path: readonly (string | number)[]): string => {
      const { lineText, start, end } = locate(path);
      return lineText.slice(start.column - 1, end.column - 1);
    };
    expect(words(["spec", "clusters", 0, "context"])).toBe("w");
    expect(words(["spec", "istio", "profile"])).toBe("demo");
    expect(words(["spec", "istio"])).toBe("istio");
    expect(words(["spec", "istio", "version"])).toBe("istio");
    expect(words(["spec", "clusters", 7, "name"])).toBe("[{ name: west, context: w }]");
    expect(words(["nothing", "there"])).toBe("apiVersion: isthmus.dev/v1alpha1");
  });

  it("never shows a token that was written into the file", () => {
    const token = "token-abcde:s3cr3ts3cr3ts3cr3ts3cr3t";
    const places = [`token: ${token}`, `token: { env: "${token}" }`, `token: { value: ${token} }`, `token: [${token}]`];
    for (const place of places) {
      const text = `${small}  rancher: { url: http://r.example, ${place}, more: x }\n`;
      const shown = parseMesh(text, "mesh.yaml")
        .diagnostics.map((one) => formatDiagnostic(one, { color: false }) + JSON.stringify(one))
        .join("\n");
      expect(shown).toContain("ISM102");
      expect(shown).not.toContain("s3cr3t");
    }
  });

  it("never throws and always says where, whatever it is given", () => {
    const words = fc.constantFrom(
      "apiVersion: isthmus.dev/v1alpha1",
      "kind: Mesh",
      "metadata:",
      "name: x",
      "spec:",
      "clusters:",
      "- ",
      "  ",
      "\n",
      "\n  ",
      "\n    ",
      "{",
      "}",
      "[",
      "]",
      ",",
      ": ",
      "&a ",
      "*a",
      "<<: *a",
      "!t ",
      "!!binary ",
      "? ",
      "|",
      ">",
      "'",
      '"',
      "#",
      "\t",
      "\r\n",
      "---\n",
      "...\n",
      "%YAML 1.1\n",
      "services:",
      "weights:",
      "routes:",
      "versions:",
      "null",
      "~",
      "1",
      "true",
      ".nan",
      "\u0000",
      "\ufeff",
      "__proto__: ",
      "istio: ",
      "values: ",
      "é",
    );
    const soup = fc.array(words, { maxLength: 40 }).map((parts) => parts.join(""));
    const mixed = fc.oneof(
      soup,
      soup.map((text) => small + text),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(mixed, (text) => {
        const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
        const complete = diagnostics.filter(
          (one) => one.fix !== "" && one.range !== undefined && formatDiagnostic(one, { color: true }) !== "",
        );
        expect([mesh === undefined, complete.length]).toEqual([diagnostics.length > 0, diagnostics.length]);
      }),
      { numRuns: runsOfToday(400) },
    );
  });

  it("never throws on a valid file that was damaged somewhere", () => {
    const runbook = readExample("runbook.yaml");
    fc.assert(
      fc.property(
        fc.nat(runbook.length),
        fc.nat(12),
        fc.constantFrom("", "x", ":", "{", "]", "- ", "\n", "\t", '"', "*", "&", "0"),
        (start, length, by) => {
          const text = runbook.slice(0, start) + by + runbook.slice(start + length);
          const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
          expect(mesh === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
        },
      ),
      { numRuns: runsOfToday(200) },
    );
  });
});

describe("an error in the YAML of a mesh file", () => {
  const head = "apiVersion: isthmus.dev/v1alpha1\nkind: Mesh\nmetadata: { name: demo }\nspec:\n  rancher:\n";

  it.each([
    "    token: *planted-value\n",
    "    token: planted-value: x\n",
    '    password: "planted-value\n',
    "    token: |\n      first\n      planted-value\n   x: 1\n",
    "    token: !planted-value x\n",
  ])("shows no credential: %j", (line) => {
    const { diagnostics } = parseMesh(head + line, "mesh.yaml");
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnostics)).not.toContain("planted");
  });
});
