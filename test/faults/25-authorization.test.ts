import { beforeAll, it } from "vitest";
import { apply, change, expectCause, expectClean, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

const policy = (namespace: string, spec: object): object => ({
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  metadata: { name: "closed", namespace },
  spec,
});

const account = (name: string): object => ({ source: { principals: [`cluster.local/ns/istio-system/sa/${name}`] } });
const ingress = { matchLabels: { istio: "ingressgateway" } };

const cases: readonly (readonly [string, string, object])[] = [
  ["allows nothing in the service's namespace", "sample", {}],
  ["allows nothing anywhere", "istio-system", {}],
  ["denies the port of the pods", "sample", { action: "DENY", rules: [{ to: [{ operation: { ports: ["5000"] } }] }] }],
  ["leaves the gateway's identity out", "sample", { rules: [{ from: [account("somebody-else")] }] }],
  ["closes the ingress gateway", "istio-system", { selector: ingress, action: "DENY", rules: [{}] }],
];

it.each(cases)("names a policy that %s", async (_, namespace, spec) => {
  await apply("west", policy(namespace, spec));
  await expectCause("ISM472", "west");
  await change("west", ["-n", namespace, "delete", "authorizationpolicy", "closed"]);
  await expectClean();
});

it("finds nothing wrong with one that allows the gateway", async () => {
  await apply("west", policy("sample", { rules: [{ from: [account("istio-ingressgateway-service-account")] }] }));
  await expectClean();
  await change("west", ["-n", "sample", "delete", "authorizationpolicy", "closed"]);
});
