import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { freshFolder } from "../e2e/world.ts";
import { makeDoorCertificate } from "./make-door-certificate.ts";
import type { ClusterName } from "./standing-mesh.ts";
import { change, expectCause, expectClean, standMesh } from "./standing-mesh.ts";
import { writeMeshWithDoor } from "./mesh-with-door.ts";

const folder = freshFolder();
const secret = "hello-mesh-example";
let file = "";

/** What cert-manager would have left in the Secret, had it been asked at `issued`: a certificate of ten years. */
async function putCertificate(cluster: ClusterName, issued: Date, host = "hello.mesh.example"): Promise<void> {
  const { certificate, key } = await makeDoorCertificate(host, issued);
  const manifest = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: secret, namespace: "istio-system" },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": certificate, "tls.key": key },
  };
  const manifestFile = path.join(folder, "secret.json");
  writeFileSync(manifestFile, JSON.stringify(manifest), { mode: 0o600 });
  await change(cluster, ["apply", "-f", manifestFile]);
}

beforeAll(async () => {
  file = writeMeshWithDoor(folder, `tls: { secretName: ${secret} }`);
  await standMesh(file);
  await putCertificate("west", new Date());
  await putCertificate("east", new Date());
  await expectClean(file);
});

afterAll(async () => {
  for (const cluster of ["west", "east"] as const) {
    await change(cluster, ["-n", "istio-system", "delete", "secret", secret, "--ignore-not-found"]);
  }
  await standMesh();
  rmSync(folder, { recursive: true, force: true });
});

it("names the one ingress that has no certificate for a front door; a certificate heals it", async () => {
  await change("east", ["-n", "istio-system", "delete", "secret", secret]);
  await expectCause("ISM450", "east", file);
  await putCertificate("east", new Date());
  await expectClean(file);
});

it("names the one ingress whose certificate has ended; a new one heals it", async () => {
  await putCertificate("east", new Date("2001-01-01T00:00:00Z"));
  await expectCause("ISM450", "east", file);
  await putCertificate("east", new Date());
  await expectClean(file);
});

it("names the one ingress whose certificate is for another host; the right one heals it", async () => {
  await putCertificate("east", new Date(), "shop.mesh.example");
  await expectCause("ISM494", "east", file);
  await putCertificate("east", new Date());
  await expectClean(file);
});
