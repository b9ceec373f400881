import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { freshFolder } from "../e2e/world.ts";
import { change, expectCause, heal, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

const folder = freshFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("names a quota that has no room for one more sidecar; taking it away heals it", async () => {
  await change("east", ["-n", "sample", "create", "quota", "tight", "--hard=limits.cpu=1"]);
  await expectCause("ISM447", "east");
  await change("east", ["-n", "sample", "delete", "quota", "tight"]);
  await heal();
});

it("names a network policy that closes istiod's ports; taking it away heals it", async () => {
  const file = path.join(folder, "policy.json");
  const policy = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "closed", namespace: "istio-system" },
    spec: {
      podSelector: { matchLabels: { app: "istiod" } },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: 15012 }] }],
    },
  };
  writeFileSync(file, JSON.stringify(policy));
  await change("east", ["apply", "-f", file]);
  await expectCause("ISM448", "east");
  await change("east", ["delete", "-f", file]);
  await heal();
});
