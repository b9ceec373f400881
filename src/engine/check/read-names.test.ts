import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseMeshFile } from "../mesh-file.ts";
import { readNames } from "./read-names.ts";
import { smallMesh } from "../../core/testing/small-mesh.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-names-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Nothing listens at port 1 of this machine. */
const mesh = (via: string): string =>
  smallMesh(`  dns: { zone: example.test, provider: { rfc2136: { server: 127.0.0.1, port: 1, tsig: { name: k, secret: { file: key } } } } }
  services:
    - name: s
      namespace: n
      port: 80
      versions: { v1: { clusters: [west] } }
      routes: [{ name: r, gateway: g, hosts: [app.example.test], weights: { v1: 100 }, dns: { via: ${via} } }]
`);

async function read(via = "isthmus"): Promise<unknown> {
  const meshFile = parseMeshFile(mesh(via), { name: "mesh.yaml", path: path.join(folder, "mesh.yaml"), folder });
  return readNames(meshFile, [], { env: {}, signal: AbortSignal.timeout(20_000) });
}

it("reads nothing for a mesh that publishes no names itself", async () => {
  expect(await read("externalDns")).toBeUndefined();
});

it("says why the zone cannot be asked", async () => {
  expect(await read()).toEqual({
    zone: "example.test",
    where: "",
    names: [],
    problem: expect.objectContaining({
      code: "ISM639",
      detail: expect.stringContaining("does not exist") as unknown,
    }) as unknown,
  });
});

it("says at each name that its server does not answer", async () => {
  await writeFile(path.join(folder, "key"), "c2VjcmV0LXNlY3JldA==", { mode: 0o600 });
  expect(await read()).toMatchObject({
    zone: "example.test",
    names: [
      { name: "app.example.test", kind: "unread", standings: { west: "unknown" }, diagnostics: [{ code: "ISM630" }] },
    ],
  });
});
