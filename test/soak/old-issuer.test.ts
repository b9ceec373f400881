import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { drop, kubectl, restart } from "../faults/fault.ts";
import { applyMesh, check, expectClean, headOf, standMesh } from "../faults/mesh.ts";

const istio = "istio-system";
let file = "";

beforeAll(async () => {
  file = await standMesh();
});

/** Restarts istiod and waits until it hands out its new root: what starts before that trusts the old one, and cannot reach it. */
async function restartIstiod(): Promise<void> {
  const root = ["-n", istio, "get", "configmap", "istio-ca-root-cert", "-o", "jsonpath={.data}"];
  const before = await kubectl("east", root);
  await restart("east", istio, "istiod");
  const end = Date.now() + 90_000;
  while ((await kubectl("east", root)) === before && Date.now() < end) {
    await sleep(1000);
  }
}

/** Expects that this is the only error, as soon as check knows. */
async function expectCause(head: string): Promise<void> {
  const end = Date.now() + 90_000;
  for (;;) {
    const { causes } = await check(file);
    if (headOf(causes)[0] === head || Date.now() > end) {
      expect(headOf(causes.filter((one) => one.severity === "error"))).toEqual([head]);
      return;
    }
  }
}

it("names an istiod that was started before cacerts were there, then the proxies that kept its root; the printed fixes repair it", async () => {
  await drop("east", istio, "secret/cacerts");
  await restartIstiod();
  await restart("east", istio, "istio-ingressgateway", "istio-eastwestgateway");
  await expectCause("ISM415 east");
  await applyMesh(file);
  await expectCause("ISM416 east");
  await restartIstiod();
  await expectCause("ISM417 east");
  await restart("east", istio, "istio-ingressgateway", "istio-eastwestgateway");
  await restart("east", "sample", "helloworld-v2");
  await restart("east", "shop", "web-v2");
  await restart("east", "back", "data");
  await drop("east", istio, "secret/istio-ca-secret");
  await expectClean(file);
});
