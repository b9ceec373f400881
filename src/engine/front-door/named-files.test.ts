import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import { pemCertificate } from "../../core/testing/pem-certificate.ts";
import { inspectNamedFiles } from "./named-files.ts";
import { smallMesh } from "../../core/testing/small-mesh.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-named-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function inspect(spec: string): Promise<readonly string[]> {
  const { mesh, locate, diagnostics } = parseMesh(smallMesh(spec), "mesh.yaml");
  expect(diagnostics).toEqual([]);
  const found =
    mesh === undefined
      ? []
      : await inspectNamedFiles({ folder, mesh, locate }, { env: { HOME: path.join(folder, "home") } });
  return found.map(({ severity, code, detail, range }) => {
    expect(range?.start.line).toBeGreaterThan(5);
    return `${severity} ${code} ${detail.replace(folder, "")}`;
  });
}

function issuer(caFile: string): string {
  return `  issuers: [{ name: i, isthmus: { server: "https://acme.example/dir", caFile: ${caFile} } }]\n`;
}

const zone =
  "  dns: { zone: a.example, provider: { rfc2136: { server: 192.0.2.53, tsig: { name: k, secret: { file: tsig.key } } } } }\n";

it("takes authorities that are there, and secrets without reading them", async () => {
  await writeFile(path.join(folder, "ca.pem"), pemCertificate);
  await writeFile(path.join(folder, "tsig.key"), "not base64 at all");
  await mkdir(path.join(folder, "home"));
  await writeFile(path.join(folder, "home", "ca.pem"), pemCertificate);
  expect(await inspect(`${issuer("ca.pem")}${zone}`)).toEqual([]);
  expect(await inspect(issuer("~/ca.pem"))).toEqual([]);
});

it("calls an authority that is missing beside the mesh file an error, and a secret a warning", async () => {
  expect(await inspect(`${issuer("ca.pem")}${zone}`)).toEqual([
    "warning ISM696 The file /tsig.key, which should hold the secret of the TSIG key k, does not exist.",
    "error ISM696 The file /ca.pem, which should hold the authority of the certificate of issuer i's server, does not exist.",
  ]);
});

it("takes it that other machines may have what is elsewhere", async () => {
  expect(await inspect(issuer("~/ca.pem"))).toEqual([expect.stringMatching(/^warning ISM696 The file \/home\/ca.pem/)]);
});

it("refuses an authority that is none, and what is no file", async () => {
  await writeFile(path.join(folder, "ca.pem"), "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
  await mkdir(path.join(folder, "tsig.key"));
  expect(await inspect(`${issuer("ca.pem")}${zone}`)).toEqual([
    expect.stringMatching(/^error ISM696 .* is a folder\.$/),
    expect.stringMatching(/^error ISM696 .* holds no certificate in PEM, or one that cannot be read\.$/),
  ]);
});

it("looks at the mesh's root, which only an apply needs", async () => {
  const root = "  trust: { root: { certFile: pki/root.pem, keyFile: pki/root.key } }\n";
  expect(await inspect(root)).toEqual([
    "warning ISM696 The file /pki/root.pem, which should hold the mesh's root, does not exist.",
    "warning ISM696 The file /pki/root.key, which should hold the key of the mesh's root, does not exist.",
  ]);
  await mkdir(path.join(folder, "pki"));
  await writeFile(path.join(folder, "pki", "root.pem"), "no certificate");
  await writeFile(path.join(folder, "pki", "root.key"), "not looked into");
  expect(await inspect(root)).toEqual([expect.stringMatching(/^error ISM696 .* holds no certificate in PEM/)]);
  await writeFile(path.join(folder, "pki", "root.pem"), pemCertificate);
  expect(await inspect(root)).toEqual([]);
});

it("looks at Rancher's token and at Designate's files too", async () => {
  const rancher = "  rancher: { url: https://rancher.example, token: { file: token }, caFile: ca.pem }\n";
  const designate =
    "  dns: { zone: a.example, provider: { designate: { authUrl: https://k.example/v3, caFile: k.pem, user: { name: u, project: p, password: { file: pw } } } } }\n";
  const found = await inspect(rancher + designate);
  expect(found.map((one) => /The file \/(\S+),/.exec(one)?.[1])).toEqual(["ca.pem", "token", "k.pem", "pw"]);
});

it("looks at no variable", async () => {
  expect(await inspect("  rancher: { url: https://rancher.example, token: { env: NOWHERE } }\n")).toEqual([]);
});
