import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freshFolder, isthmus, kubectl, meshFile } from "./world.ts";

/** A route that Envoy's RE2 does not accept; the API server does where nobody validates. */
const invalid = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: unparsable, namespace: sample }
spec:
  gateways: [helloworld-gateway]
  hosts: ["*"]
  http: [{ match: [{ uri: { regex: "(" } }], route: [{ destination: { host: helloworld, port: { number: 5000 } } }] }]
`;

let route = "";

async function west(...args: readonly string[]) {
  return kubectl("west", args);
}

beforeAll(async () => {
  route = path.join(freshFolder(), "route.yaml");
  writeFileSync(route, invalid);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts"]);
});

afterAll(async () => {
  await west("-n", "sample", "delete", "virtualservice", "unparsable", "--ignore-not-found");
});

it("has istiod refuse a route that no proxy would take", async () => {
  const refused = await west("apply", "-f", route);
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain('admission webhook "validation.istio.io" denied the request');
});

it("says long before its time is over that a gateway refuses its routes, and because of which object", async () => {
  expect((await west("delete", "validatingwebhookconfiguration", "istiod-default-validator")).code).toBe(0);
  expect((await west("apply", "-f", route)).code).toBe(0);
  const started = Date.now();
  const ran = await isthmus(["shift", "helloworld", "v1=50", "v2=50", "-f", meshFile(), "--yes", "--no-verify"]);
  expect(Date.now() - started).toBeLessThan(120_000);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("error[ISM345]");
  expect(ran.out).toContain("× west  helloworld v1=50 v2=50: written, and not obeyed by its gateways");
  expect(ran.out).toContain("√ east  helloworld v1=50 v2=50: shifted");
  expect(ran.err).toContain("west/VirtualService sample/unparsable: error[ISM321]");
  expect(ran.err).toContain("missing ): (");
});

it("is no success of an apply either, which puts the webhook back", async () => {
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran.code).toBe(4);
  expect(ran.err).toContain("ISM321");
  expect((await west("get", "validatingwebhookconfiguration", "istiod-default-validator")).code).toBe(0);
});

it("is healed by what the message says", async () => {
  expect((await west("-n", "sample", "delete", "virtualservice", "unparsable")).code).toBe(0);
  expect((await isthmus(["apply", "-f", meshFile(), "--yes"])).code).toBe(0);
  const ran = await isthmus(["shift", "helloworld", "v1=10", "v2=90", "-f", meshFile(), "--yes"]);
  expect(ran.code).toBe(0);
});

it("names a gateway that somebody has scaled to 0, with the command that starts it", async () => {
  const scale = async (replicas: number) =>
    west("-n", "istio-system", "scale", "deployment/istio-ingressgateway", `--replicas=${replicas}`);
  await scale(0);
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran.code).toBe(4);
  expect(ran.out).toContain("has no pods:   Deployment istio-system/istio-ingressgateway");
  expect(ran.err).toContain("error[ISM320]");
  await scale(1);
  await west("-n", "istio-system", "rollout", "status", "deployment/istio-ingressgateway", "--timeout=120s");
  expect((await isthmus(["apply", "-f", meshFile(), "--yes"])).code).toBe(0);
});
