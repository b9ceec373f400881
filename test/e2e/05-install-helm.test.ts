import { beforeAll, expect, it } from "vitest";
import { expectAsBefore, rememberClusters } from "./snapshot.ts";
import { freshFolder, isthmus, kubectl, writeMeshFile } from "./world.ts";

// Before the mesh of all other tests, and gone at its end: they start on clusters without Istio.
const file = writeMeshFile(freshFolder(), (text) => text.replace("install: istioctl", "install: helm"));

beforeAll(async () => {
  // Of the file before, whose end does not wait for it.
  await kubectl("west", ["wait", "--for=delete", "namespace/policies-in-force", "--timeout=60s"]);
  await rememberClusters();
});

it("plans Istio's charts: control plane, both gateways and their roles", async () => {
  const ran = await isthmus(["plan", "-f", file]);
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

it("refuses values that no chart reads, with their places, and takes those that charts read", async () => {
  const values = `values:
      pilot: { autoscaleMin: 2, traceSamplin: 5, resources: { limits: { cpu: 1 } }, podAnnotations: { a: b } }
      global: { logAsJson: true, proxy: { logLevell: debug, resources: { limits: { cpu: 1 } }, lifecycle: { preStop: {} } } }
      meshConfig: { accessLogFile: /dev/stdout, defaultConfig: { terminationDrainDuration: 5s } }
      gateways: { istio-ingressgateway: { autoscaling: { minReplicas: 2 }, service: { type: LoadBalancer } } }`;
  const misspelt = writeMeshFile(freshFolder(), (text) =>
    text.replace("install: istioctl", `install: helm\n    ${values}`),
  );
  const ran = await isthmus(["plan", "-f", misspelt]);
  expect(ran.code).toBe(65);
  expect(ran.err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM161]", "error[ISM161]"]);
  expect(ran.err).toContain("Did you mean pilot.traceSampling?");
  expect(ran.err).toContain("Did you mean global.proxy.logLevel?");
  const right = writeMeshFile(freshFolder(), (text) =>
    text.replace(
      "install: istioctl",
      `install: helm\n    ${values.replace("traceSamplin:", "traceSampling:").replace("logLevell", "logLevel")}`,
    ),
  );
  expect((await isthmus(["plan", "-f", right])).code).toBe(0);
});

it("installs Istio by its charts, after which there is nothing to change", async () => {
  const ran = await isthmus(["apply", "-f", file, "--yes"]);
  expect(ran.err + ran.out).toContain("all ready");
  expect(ran.code).toBe(0);
  const again = await isthmus(["plan", "-f", file, "--detailed-exitcode"]);
  expect(again.out).toContain("No changes");
  expect(again.code).toBe(0);
});

// Retried once, since one in a thousand true splits is called wrong by design.
it("has both clusters serve the routes over the charts' gateways", { retry: 1 }, async () => {
  const ran = await isthmus(["verify", "-f", file]);
  expect(ran.out).toContain("√ west");
  expect(ran.out).toContain("√ east");
  expect(ran.code).toBe(0);
});

it("refuses to change the method under a standing mesh before it touches anything", async () => {
  const byIstioctl = writeMeshFile(freshFolder());
  const ran = await isthmus(["apply", "-f", byIstioctl, "--yes"]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("field is immutable");
  expect(ran.err).toContain("delete Deployment istio-eastwestgateway");
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
});

it("removes all of it, and leaves the clusters as they were before, object by object", async () => {
  const ran = await isthmus(["remove", "-f", file, "--yes"]);
  expect(ran.code).toBe(0);
  await expectAsBefore();
});
