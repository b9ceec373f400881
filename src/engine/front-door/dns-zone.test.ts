import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { parseMeshFile } from "../mesh-file.ts";
import { openMeshZone } from "./dns-zone.ts";
import { smallMesh } from "../../core/testing/small-mesh.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-zone-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Where the zone of that provider is written, or the codes and lines of what is wrong with it. */
async function open(provider: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const text = smallMesh(`  dns:
    zone: Example.test.
    provider:
      ${provider}
`);
  const meshFile = parseMeshFile(text, { name: "mesh.yaml", path: path.join(folder, "mesh.yaml"), folder });
  try {
    const opened = await openMeshZone(meshFile, { env });
    return opened === undefined ? undefined : [opened.zone.name, opened.zone.where];
  } catch (error) {
    if (error instanceof UserError) {
      return error.diagnostics.map(({ code, range }) => `${code} ${range?.start.line ?? ""}`.trim());
    }
    throw error;
  }
}

const tsig = "rfc2136: { server: 192.0.2.53, port: 5353, tsig: { name: Isthmus., secret: { file: key } } }";

it("opens a zone of RFC 2136 with the key of a file, that of tsig-keygen too", async () => {
  const opened = ["example.test", expect.stringMatching(/^192\.0\.2\.53:5353 .*isthmus/)];
  await writeFile(path.join(folder, "key"), "c2VjcmV0LXNlY3JldA==\n", { mode: 0o600 });
  expect(await open(tsig)).toEqual(opened);
  const keygen = 'key "isthmus" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0LXNlY3JldA==";\n};\n';
  await writeFile(path.join(folder, "key"), keygen, { mode: 0o600 });
  expect(await open(tsig)).toEqual(opened);
  await writeFile(path.join(folder, "key"), keygen.replace("isthmus", "other"), { mode: 0o600 });
  expect(await open(tsig)).toEqual(["ISM632 9"]);
});

it("opens a zone of Designate by either credential", async () => {
  const user = "user: { name: dns, project: web, password: { env: P } }";
  const application = "applicationCredential: { id: abc, secret: { env: P } }";
  for (const credential of [user, application]) {
    const provider = `designate: { authUrl: "https://keystone.example/v3", ${credential} }`;
    expect(await open(provider, { P: "secret" })).toEqual([
      "example.test",
      expect.stringContaining("keystone.example"),
    ]);
    expect(await open(provider)).toEqual(["ISM639 9"]);
  }
});

it("names every file that cannot be read at once", async () => {
  const provider = `designate: { authUrl: "https://keystone.example/v3", caFile: ca.pem, user: { name: dns, project: web, password: { file: p } } }`;
  expect(await open(provider)).toEqual(["ISM639 9", "ISM639 9"]);
});

it("opens nothing where the settings are for external-dns alone", async () => {
  expect(await open("route53: { region: eu }")).toBeUndefined();
  expect(await open("rfc2136: {}")).toBeUndefined();
});
