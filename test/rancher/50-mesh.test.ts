import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { RancherMesh } from "./rancher-mesh.ts";
import { byHelm, meshTokens, rancherMesh, remoteKubeconfig } from "./rancher-mesh.ts";
import type { RancherWorld } from "./rancher-world.ts";

let mesh: RancherMesh;
let world: RancherWorld;

beforeAll(async () => {
  mesh = await rancherMesh();
  ({ world } = mesh);
});

it("plans Istio's charts: control plane, both gateways and their roles", async () => {
  const ran = await mesh.run("plan");
  expect(ran.code).toBe(0);
  for (const object of [
    "CustomResourceDefinition gateways.networking.istio.io",
    "ServiceAccount istio-system/istio-reader-service-account",
    "Deployment istio-system/istiod",
    "Deployment istio-system/istio-ingressgateway",
    "Deployment istio-system/istio-eastwestgateway",
  ]) {
    expect(ran.out).toContain(`+ ${object}\n`);
  }
});

it("makes two clusters behind Rancher one mesh, by the charts", async () => {
  const ran = await mesh.run("apply", "--yes");
  expect(ran.err + ran.out).toContain("rancher:local  2 applied");
  expect(ran.code).toBe(0);
  const plan = await mesh.run("plan", "--detailed-exitcode");
  expect(plan.out).toContain("No changes");
  expect(plan.code).toBe(0);
});

it("finds nothing wrong with it, and tries the credentials of remote secrets through Rancher", async () => {
  const facts = path.join(mesh.folder, "facts.json");
  const ran = await mesh.run("check", "--facts-to", facts, "-o", "short");
  expect(ran.out).not.toContain("×");
  expect(ran.code).toBe(0);
  const text = readFileSync(facts, "utf8");
  expect(text.match(/"outcome": "accepted"/g)).toHaveLength(2);
  for (const secret of [await remoteKubeconfig(world, "west", "east"), await remoteKubeconfig(world, "east", "west")]) {
    expect(text).not.toContain(/token: (\S+)/.exec(secret)?.[1] ?? secret);
  }
});

it("refuses to change the method under a standing mesh before it touches anything", async () => {
  mesh.write((text) => text);
  const ran = await mesh.run("apply", "--yes");
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("field is immutable");
  expect(ran.err).toContain("delete Deployment istio-eastwestgateway");
  mesh.write(byHelm);
  expect((await mesh.run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("gives every cluster a project, and the mesh's namespaces their share of its quota", async () => {
  const west = world.id("west");
  const project = await world.kube("local", `/apis/management.cattle.io/v3/namespaces/${west}/projects/istio-${west}`);
  expect(project.json["spec"]).toMatchObject({ clusterName: west, displayName: "istio" });
  const quotas = await world.kube(west, "/api/v1/namespaces/sample/resourcequotas");
  expect(JSON.stringify(quotas.json["items"])).toContain('"limits.cpu":"12"');
});

it("has each istiod read the other through Rancher, with a token for that cluster alone", async () => {
  const kubeconfig = await remoteKubeconfig(world, "west", "east");
  expect(kubeconfig).toContain(`server: ${world.state.url}/k8s/clusters/${world.id("east")}`);
  const tokens = await meshTokens(world);
  expect(new Set(tokens.map((token) => token.clusterId))).toEqual(new Set([world.id("east"), world.id("west")]));
  const token = /token: (\S+)/.exec(kubeconfig)?.[1] ?? "";
  const own = await world.kube(world.id("east"), "/api/v1/namespaces", { token });
  const other = await world.kube(world.id("west"), "/api/v1/namespaces", { token });
  expect([own.status, other.status]).toEqual([200, 401]);
});

it("carries requests by the weights, and shifts them", { retry: 1 }, async () => {
  const verified = await mesh.run("verify");
  expect(verified.out).toContain("√ verified");
  const shifted = await mesh.run("shift", "helloworld", "v1=50", "v2=50", "--yes");
  expect(shifted.code).toBe(0);
  expect(shifted.out).toContain("v1: asked 50 %");
});

it("renews a token that somebody revoked, leaves none behind, and says when Rancher makes it shorter", async () => {
  await world.kube("local", "/apis/management.cattle.io/v3/settings/auth-token-max-ttl-minutes", {
    method: "PATCH",
    body: { value: "2880" },
  });
  const before = await meshTokens(world);
  const lost = before.find((token) => token.clusterId === world.id("east"));
  await world.ask(`/v3/tokens/${lost?.id ?? ""}`, { method: "DELETE" });
  const plan = await mesh.run("plan", "--detailed-exitcode");
  expect(plan.out).toContain("~ Secret istio-system/istio-remote-secret-east");
  expect(plan.code).toBe(2);
  const ran = await mesh.run("apply", "--yes");
  expect(ran.code).toBe(0);
  expect(ran.err).toContain("warning[ISM293]");
  const after = await meshTokens(world);
  expect(after).toHaveLength(2);
  expect(after.map((token) => token.id)).not.toContain(lost?.id);
  expect((await mesh.run("plan", "--detailed-exitcode")).code).toBe(0);
});

it("says which clusters are away when Rancher is, and goes on when it is back", async () => {
  const double = world.state.components.find((one) => one.name === "rancher");
  expect(double?.pid).toBeGreaterThan(1);
  process.kill(double?.pid ?? 0, "SIGSTOP");
  try {
    const ran = await mesh.run("plan");
    expect(ran.code).toBe(69);
    expect(ran.out + ran.err).toContain("west");
    expect(ran.err).toMatch(/error\[ISM28\d\]/);
  } finally {
    process.kill(double?.pid ?? 0, "SIGCONT");
  }
  expect((await mesh.run("plan", "--detailed-exitcode")).code).toBe(0);
});
