import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, it } from "vitest";
import { change, expectCause, expectClean, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

const istio = ["-n", "istio-system"];

async function restart(namespace: string, deployments: readonly string[]): Promise<void> {
  await change("east", ["-n", namespace, "rollout", "restart", "deployment", ...deployments]);
  for (const deployment of deployments) {
    await change("east", ["-n", namespace, "rollout", "status", `deployment/${deployment}`, "--timeout=55s"]);
  }
}

/** Restarts istiod and waits until it hands out its new root: what starts before that trusts the old one, and cannot reach it. */
async function restartIstiod(): Promise<void> {
  const root = [...istio, "get", "configmap", "istio-ca-root-cert", "-o", "jsonpath={.data}"];
  const before = await change("east", root);
  await restart("istio-system", ["istiod"]);
  const end = Date.now() + 90_000;
  while ((await change("east", root)) === before && Date.now() < end) {
    await pause(1000);
  }
}

it("names an istiod that was started before cacerts were there, then the proxies that kept its root; the printed fixes heal it", async () => {
  await change("east", [...istio, "delete", "secret", "cacerts"]);
  await restartIstiod();
  await restart("istio-system", ["istio-ingressgateway", "istio-eastwestgateway"]);
  await expectCause("ISM415", "east");
  await standMesh();
  await expectCause("ISM416", "east");
  await restartIstiod();
  await expectCause("ISM417", "east");
  await restart("istio-system", ["istio-ingressgateway", "istio-eastwestgateway"]);
  await restart("sample", ["helloworld-v2"]);
  await change("east", [...istio, "delete", "secret", "istio-ca-secret", "--ignore-not-found"]);
  await expectClean();
});
