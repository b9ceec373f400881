import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freshFolder } from "../e2e/world.ts";
import type { ClusterName } from "./standing-mesh.ts";
import { change, check, checkUntil, expectClean, standMesh } from "./standing-mesh.ts";
import { writeMeshWithDoor } from "./mesh-with-door.ts";

const folder = freshFolder();
const clusters = ["west", "east"] as const;
let file = "";

/** An external-dns as its manifests install it; none of its pods is needed to see how it was set up. */
async function putExternalDns(cluster: ClusterName, owner: string, policy = "upsert-only"): Promise<void> {
  const labels = { app: "external-dns" };
  const manifest = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "external-dns", namespace: "default", labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "external-dns",
              image: "registry.k8s.io/external-dns/external-dns:v0.19.0",
              args: ["--source=istio-gateway", "--registry=txt", "--txt-owner-id", owner],
              env: [{ name: "EXTERNAL_DNS_POLICY", value: policy }],
            },
          ],
        },
      },
    },
  };
  const text = path.join(folder, "external-dns.json");
  writeFileSync(text, JSON.stringify(manifest));
  await change(cluster, ["apply", "-f", text]);
}

beforeAll(async () => {
  file = writeMeshWithDoor(folder, "dns: { via: externalDns }");
  await standMesh(file);
  await putExternalDns("west", "sandbox");
  await putExternalDns("east", "sandbox");
  await expectClean(file);
});

afterAll(async () => {
  for (const cluster of clusters) {
    await change(cluster, ["-n", "default", "delete", "deployment", "external-dns", "--ignore-not-found"]);
  }
  await standMesh();
  rmSync(folder, { recursive: true, force: true });
});

it("names the external-dns that writes under an owner of its own; the printed fix heals it", async () => {
  await putExternalDns("east", "east");
  const report = await checkUntil("ISM452", file);
  expect(report.causes.map((one) => `${one.code} ${one.cluster ?? ""} ${one.remote ?? ""}`)).toEqual([
    "ISM452 east west",
  ]);
  expect(report.causes[0]?.fix).toContain("--txt-owner-id=sandbox");
  await putExternalDns("east", "sandbox");
  expect((await check(undefined, file)).causes).toEqual([]);
});

it("names instances of one owner that delete each other's names; the printed fix heals it", async () => {
  for (const cluster of clusters) {
    await putExternalDns(cluster, "sandbox", "sync");
  }
  const report = await checkUntil("ISM522", file);
  expect(report.causes.map((one) => `${one.code} ${one.cluster ?? ""} ${one.remote ?? ""}`)).toEqual([
    "ISM522 west east",
    "ISM522 east west",
  ]);
  expect(report.causes[0]?.fix).toContain("--policy=upsert-only");
  for (const cluster of clusters) {
    await putExternalDns(cluster, "sandbox", "upsert-only");
  }
  expect((await check(undefined, file)).causes).toEqual([]);
});
