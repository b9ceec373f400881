import { beforeAll, it } from "vitest";
import { apply, change, expectCause, expectClean, standMesh } from "./standing-mesh.ts";

const deny = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "deny-all", namespace: "sample" },
  spec: { podSelector: {}, policyTypes: ["Ingress"] },
};

beforeAll(async () => standMesh());

// Connections that are there already live on: this shows that policies are read and judged.
it("names the policy that closes the pods of a service", async () => {
  await apply("east", deny);
  await expectCause("ISM448", "east");
  await change("east", ["-n", "sample", "delete", "networkpolicy", "deny-all"]);
  await expectClean();
});

it("finds nothing wrong with one that lets Istio's namespace in", async () => {
  const istio = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } } };
  const ingress = [{ from: [istio], ports: [{ port: 5000 }] }];
  await apply("east", { ...deny, spec: { ...deny.spec, ingress } });
  await expectClean();
  await change("east", ["-n", "sample", "delete", "networkpolicy", "deny-all"]);
});
