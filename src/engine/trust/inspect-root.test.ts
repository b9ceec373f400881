import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import { smallMesh } from "../../core/testing/small-mesh.ts";
import type { MadeOptions } from "../../pki/testing/make-certificate.ts";
import { makeCertificate } from "../../pki/testing/make-certificate.ts";
import { inspectRoot } from "./inspect-root.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-root-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const in2030 = Date.UTC(2030, 0, 1);

async function inspect(text: string | undefined): Promise<readonly string[]> {
  const spec = "  trust: { root: { certFile: root.pem, keyFile: root.key } }\n";
  const { mesh, locate } = parseMesh(smallMesh(spec), "mesh.yaml");
  if (text !== undefined) {
    await writeFile(path.join(folder, "root.pem"), text);
  }
  const found = mesh === undefined ? [] : await inspectRoot({ folder, mesh, locate }, { env: {}, now: () => in2030 });
  return found.map(
    ({ severity, code, detail }) => `${severity} ${code} ${detail.replace(folder, "").split(".", 2).join(".")}`,
  );
}

const pem = async (options: Partial<MadeOptions>): Promise<string> =>
  (
    await makeCertificate({
      name: "root",
      notBefore: new Date("2026-01-01"),
      notAfter: new Date("2036-01-01"),
      ...options,
    })
  ).pem;

it("is content with a root that can sign", async () => {
  expect(await inspect(await pem({}))).toEqual([]);
});

it.each([
  [
    "of a server",
    { ca: false },
    "is not a certificate authority (CA:FALSE), but the certificate of a server or a workload",
  ],
  [
    "of one cluster",
    { pathLength: 0 },
    "allows no authority below it (pathlen:0), as the intermediate of one cluster does",
  ],
  ["that has ended", { notAfter: new Date("2029-01-01") }, "ended on 2029-01-01T00:00:00"],
])("says that a certificate %s signs nothing that would be accepted", async (_, options, why) => {
  expect(await inspect(await pem(options))).toEqual([`warning ISM508 The certificate in /root.pem ${why}`]);
});

it("is content with a bundle of which one can sign, whichever the key belongs to", async () => {
  expect(await inspect(`${await pem({ ca: false })}${await pem({})}`)).toEqual([]);
});

it("leaves to others a file that is missing or no certificate", async () => {
  expect([await inspect(undefined), await inspect("no certificate")]).toEqual([[], []]);
});
