import { Buffer } from "node:buffer";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { issueIntermediate, issueRoot } from "../../src/pki/certificate-authority.ts";
import { freshFolder } from "../e2e/world.ts";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cacerts = ["-n", "istio-system", "secret", "cacerts"];

it("names a cluster whose cacerts have another root; the printed fix heals it", async () => {
  const now = new Date();
  const wish = { cluster: "east", keyType: "ecdsa-p256", validitySeconds: 365 * 86_400 } as const;
  const other = await issueIntermediate(await issueRoot("other", now), wish, now);
  const data = {
    "root-cert.pem": other.rootCert,
    "ca-cert.pem": other.caCert,
    "cert-chain.pem": other.certChain,
    "ca-key.pem": other.caKey.expose(),
  };
  // By a file: keys are in no argument list, in tests neither.
  const file = path.join(folder, "patch.json");
  const encoded = Object.entries(data).map(([name, pem]) => [name, Buffer.from(pem).toString("base64")]);
  writeFileSync(file, JSON.stringify({ data: Object.fromEntries(encoded) }), { mode: 0o600 });
  await change("east", ["patch", ...cacerts, "--patch-file", file]);
  await expectCause("ISM414", "east");
  await change("east", ["delete", ...cacerts]);
  await heal();
});
