import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { parseMesh } from "./parse.ts";

const folder = path.join(import.meta.dirname, "testdata/bad");

/** What a fix that is an edit puts in the place that the error names; undefined for advice that needs a person. */
function replacementOf({ fix = "" }: Diagnostic, found: string): string | undefined {
  const [sentence = ""] = fix.split(/(?<=[.?])(?: |$)/);
  if (sentence === "Put the value in quotes.") {
    return `"${found}"`;
  }
  const [, words = ""] =
    /^(?:Write .+ such as|Write(?: for example)?|Did you mean|Add the unit, as in) (.+)[.?]$/.exec(sentence) ?? [];
  // One value, as it is written; sentences about what to write are for people.
  const [, value] =
    /^("[^"]*"|\{.*\}|\[.*\]|\S+?)(?: for the defaults)?(?: without quotes)?(?:,? or .*|[,;] .*)?$/.exec(words) ?? [];
  return value;
}

function apply(text: string, { range }: Diagnostic, replacement: string): string {
  const lines = text.split("\n");
  const { start, end } = range ?? { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  const line = lines[start.line - 1] ?? "";
  lines[start.line - 1] = line.slice(0, start.column - 1) + replacement + line.slice(end.column - 1);
  return lines.join("\n");
}

function foundBy(text: string, { range }: Diagnostic): string {
  const line = text.split("\n")[(range?.start.line ?? 1) - 1] ?? "";
  return line.slice((range?.start.column ?? 1) - 1, (range?.end.column ?? 1) - 1);
}

/** An error without its place, which edits of its line move. */
function withoutPlace({ code, detail }: Diagnostic): string {
  return `${code} ${detail.replace(/The other place is .*/, "")}`;
}

function countOf(diagnostics: readonly Diagnostic[], code: string): number {
  return diagnostics.filter((one) => one.code === code).length;
}

const start = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: m }
spec:
`;
const clusters = "  clusters: [{ name: west, context: w }, { name: east, context: e }]\n";

function published(fields: string, dns: string): string {
  return `${start}${clusters}  services:
    - { name: s, namespace: n, port: 80, versions: { v1: { clusters: [west] } }, routes: [{ name: r, gateway: g, weights: { v1: 100 }, dns: { via: isthmus }, ${fields} }] }
  dns: { zone: a.example, ${dns} }
`;
}

const provider = "provider: { rfc2136: { server: 192.0.2.53, tsig: { name: k, secret: { file: k } } } }";

function announced(address: string): string {
  return `${start}  clusters: [{ name: west, context: w, eastWest: { addresses: [${address}] } }, { name: east, context: e }]\n`;
}

function issued(issuer: string): string {
  return `${start}${clusters}  issuers: [{ name: i, ${issuer} }]\n`;
}

/** Files with one error, which its fix mends. */
const single: readonly (readonly [string, string])[] = [
  ["a number of seconds", published("hosts: [a.example]", `${provider}, ttl: 60`)],
  ["a number in quotes", published("hosts: [a.example]", `${provider}, ttl: "60"`)],
  ["a unit in words", published("hosts: [a.example]", `${provider}, ttl: 5 minutes`)],
  ["a number of seconds of checks", published("hosts: [a.example]", `${provider}, healthChecks: { interval: 5 }`)],
  ["a duration that is too long", published("hosts: [a.example]", `${provider}, healthChecks: { timeout: 5m }`)],
  ["a count in quotes", published("hosts: [a.example]", `${provider}, healthChecks: { failures: "3" }`)],
  ["checks that are switched on", published("hosts: [a.example]", `${provider}, healthChecks: true`)],
  ["checks of which nothing is said", published("hosts: [a.example]", `${provider}, healthChecks: ~`)],
  ["no provider", published("hosts: [a.example]", "provider: ~")],
  ["a provider that is a word", published("hosts: [a.example]", "provider: rfc2136")],
  ["the dot of the root", published("hosts: [www.a.example.]", provider)],
  ["letters beyond ASCII", published("hosts: [bücher.a.example]", provider)],
  ["letters beyond ASCII below a wildcard", published('hosts: ["*.bücher.a.example"]', provider)],
  ["a URL", published("hosts: ['https://www.a.example/shop?x=1']", provider)],
  ["a host with its port", published("hosts: ['www.a.example:8443']", provider)],
  [
    "a zone beyond ASCII",
    published("hosts: [xn--bcher-kva.example]", provider).replace("zone: a.example", "zone: bücher.example"),
  ],
  [
    "a server's address in brackets",
    published("hosts: [a.example]", provider.replace("192.0.2.53", "'[2001:db8::1]'")),
  ],
  ["an address with leading zeros", announced("192.168.001.010")],
  ["an address with its port", announced("'gw.example.org:15443'")],
  ["a number that is no address", announced("10.1")],
  ["a URL without encryption", issued("isthmus: { server: 'http://10.0.0.1:14000/dir' }")],
  ["a list that is one word", `${start}${clusters}  sharedNetworks: west\n`],
  ["a switch in quotes", `${start}${clusters}  services: [{ name: s, namespace: n, port: 80, export: 'no' }]\n`],
  ["a port in quotes", `${start}${clusters}  services: [{ name: s, namespace: n, port: '80' }]\n`],
  [
    "a weight with its unit",
    `${start}${clusters}  services: [{ name: s, namespace: n, port: 80, versions: { v1: { clusters: [west] } }, routes: [{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100% } }] }]\n`,
  ],
  ["versions as a list", `${start}${clusters}  services: [{ name: s, namespace: n, port: 80, versions: [v1] }]\n`],
  [
    "a version whose name is a number",
    `${start}${clusters}  services: [{ name: s, namespace: n, port: 80, versions: { 0x10: { clusters: [west] } } }]\n`,
  ],
  ["a mode without its field", `${start}${clusters}  hardening: { networkPolicies: strict }\n`],
  ["a misspelt field that is needed", `${start}${clusters}  services: [{ nam: s, namespace: n, port: 80 }]\n`],
  ["a life without a unit", `${start}${clusters}  trust: { intermediates: { validity: 730 } }\n`],
  ["a version without its last number", `${start}${clusters}  istio: { version: 1.31 }\n`],
  [
    "a wait without a unit",
    issued(
      "acme: { server: 'https://a.example/d', email: a@b.example, dns01: { webhook: { groupName: a.example, solverName: s } }, waitInsteadOfSelfCheck: 10 }",
    ),
  ],
];

/** What a person does whom the first error of each pair is about: all its fixes, and nothing is left. */
const inSteps: readonly (readonly [
  string,
  string,
  readonly (readonly [said: string, before: string, after: string])[],
])[] = [
  [
    "versions that YAML takes for numbers",
    `${start}${clusters}  services: [{ name: s, namespace: n, port: 80, versions: { 1.0: { clusters: [west] } }, routes: [{ name: r, gateway: g, hosts: [a.example], weights: { 1.0: 100 } }] }]\n`,
    [
      ['ISM112 1.0: Write "1-0".', "versions: { 1.0:", 'versions: { "1-0":'],
      ['ISM112 1.0: Write "1-0".', "weights: { 1.0:", 'weights: { "1-0":'],
    ],
  ],
  [
    "cert-manager's list of solvers",
    issued("acme: { server: 'https://a.example/d', email: a@b.example, solvers: [{ http01: {} }] }"),
    [
      [
        "ISM102 solvers: Put the solver's dns01 or http01 in the place of solvers, without its selector. A second solver needs an issuer of its own, which routes then name.",
        "solvers: [{ http01: {} }]",
        "http01: {}",
      ],
    ],
  ],
  [
    "no regions",
    `${start}${clusters}  services: [{ name: s, namespace: n, port: 80, versions: { v1: { clusters: [west] } }, routes: [{ name: r, gateway: g, hosts: [a.example], match: { prefix: /, fromRegions: [] }, weights: { v1: 100 } }] }]\n`,
    [["ISM117 []: Add an entry, or delete the field if it is not needed.", ", fromRegions: []", ""]],
  ],
];

it.each(inSteps)("the fixes of all errors mend %s", (_sentence, text, steps) => {
  const { diagnostics } = parseMesh(text, "mesh.yaml");
  expect(diagnostics.map((one) => `${one.code} ${foundBy(text, one)}: ${one.fix}`)).toEqual(
    steps.map(([said]) => said),
  );
  const mended = steps.reduce((before, [, from, to]) => before.replace(from, to), text);
  expect(parseMesh(mended, "mesh.yaml").diagnostics).toEqual([]);
});

describe("the fix of an error that is an edit", () => {
  it.each(single)("mends %s", (_sentence, text) => {
    const { diagnostics } = parseMesh(text, "mesh.yaml");
    expect(diagnostics.map((one) => one.code)).toHaveLength(1);
    const [error] = diagnostics as [Diagnostic];
    const replacement = replacementOf(error, foundBy(text, error));
    expect(`${error.fix} → ${replacement}`).not.toContain("→ undefined");
    const mended = apply(text, error, replacement ?? "");
    expect(parseMesh(mended, "mesh.yaml").diagnostics.map(withoutPlace)).toEqual([]);
  });

  it("takes its error away from every bad file and brings no other", () => {
    let applied = 0;
    for (const name of readdirSync(folder).filter((one) => one.endsWith(".yaml"))) {
      const text = readFileSync(path.join(folder, name), "utf8");
      const { diagnostics } = parseMesh(text, name);
      for (const error of diagnostics) {
        const replacement = replacementOf(error, foundBy(text, error));
        if (replacement !== undefined) {
          applied += 1;
          const left = parseMesh(apply(text, error, replacement), name).diagnostics;
          const isMore = (code: string): boolean => countOf(left, code) > countOf(diagnostics, code);
          // What is below a misspelt key, or needed by what a misspelt name means, is looked at only under the right one.
          const brought = left
            .map(({ code }) => code)
            .filter(
              (code) => isMore(code) && (!["ISM102", "ISM133"].includes(error.code) || /^ISM1(01|02|10)$/.test(code)),
            );
          expect(brought, `${name}: ${error.detail} ${error.fix}`).toEqual([]);
          expect(left.map(withoutPlace), `${name}: ${error.detail} ${error.fix}`).not.toContain(withoutPlace(error));
        }
      }
    }
    expect(applied).toBeGreaterThan(30);
  });
});
