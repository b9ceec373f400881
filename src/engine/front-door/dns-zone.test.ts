import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { parseMeshFile } from "../mesh-file.ts";
import { openMeshZone } from "./dns-zone.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-dns-zone-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What opening the zone of a mesh file with that provider gives: where it is written, or what is wrong. */
async function opened(provider: string, env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const text = [
    "apiVersion: isthmus.dev/v1alpha1",
    "kind: Mesh",
    "metadata: { name: shop }",
    "spec:",
    "  istio: { version: 1.31.0 }",
    "  clusters: [{ name: west, network: west-net, context: west }]",
    `  dns: { zone: Example.test., provider: { ${provider} } }`,
    "",
  ].join("\n");
  const meshFile = parseMeshFile(text, { name: "mesh.yaml", path: path.join(folder, "mesh.yaml"), folder });
  try {
    const zone = await openMeshZone(meshFile, { env });
    return zone === undefined ? [] : [`${zone.zone.name} ${zone.zone.where}`, ...zone.warnings.map((one) => one.code)];
  } catch (error) {
    return error instanceof UserError
      ? error.diagnostics.map(
          (one) => `${one.code} ${one.range?.start.line ?? ""} ${one.detail.replaceAll(folder, "FOLDER")}`,
        )
      : [String(error)];
  }
}

const cloud = "authUrl: 'https://keystone.example.test/v3'";

describe("the zone of a mesh file", () => {
  it.each<readonly [what: string, provider: string, expected: readonly string[]]>([
    [
      "a DNS server",
      "rfc2136: { server: ns.example.test, tsig: { name: isthmus, secret: { env: KEY } } }",
      ["example.test ns.example.test:53 with key isthmus"],
    ],
    [
      "Designate by an application credential",
      `designate: { ${cloud}, applicationCredential: { id: app1, secret: { env: KEY } } }`,
      ["example.test Designate of https://keystone.example.test/v3"],
    ],
    [
      "Designate by a user's password",
      `designate: { ${cloud}, region: one, user: { name: isthmus, project: shop, password: { env: KEY } } }`,
      ["example.test Designate of https://keystone.example.test/v3"],
    ],
    ["a provider that is external-dns' alone", "cloudflare: {}", []],
  ])("may be at %s", async (_what, provider, expected) => {
    expect(await opened(provider, { KEY: "c2VjcmV0" })).toEqual(expected);
  });

  it("is not opened without its secret and CA file, and both are named", async () => {
    const provider = `designate: { ${cloud}, caFile: ca.pem, applicationCredential: { id: app1, secret: { env: KEY } } }`;
    await writeFile(path.join(folder, "ca.pem"), "no certificate");
    expect(await opened(provider)).toEqual([
      "ISM639 7 The CA file FOLDER/ca.pem of the DNS provider cannot be used: it holds no certificate in PEM.",
      "ISM639 7 The environment variable KEY, which should hold the secret of the application credential app1, is not set.",
    ]);
  });
});
