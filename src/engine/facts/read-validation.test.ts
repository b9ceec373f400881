import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readValidation } from "./read-validation.ts";

const { signal } = new AbortController();

const validator = (name: string, matchExpressions: readonly object[], service = "istiod"): never =>
  ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: "validation.istio.io",
        clientConfig: { service: { namespace: "istio-system", name: service } },
        objectSelector: { matchExpressions },
        rules: [{ apiGroups: ["security.istio.io", "networking.istio.io"] }],
      },
    ],
  }) as never;

it("knows a webhook that sees revisions only from one that sees every other object", async () => {
  const { server, client } = await connectFake();
  server.put(validator("foreign", [], "another-webhook"));
  server.put(validator("istio-validator-istio-system", [{ key: "istio.io/rev", operator: "In", values: ["default"] }]));
  expect(await readValidation(client, signal)).toEqual({
    webhooks: ["istio-validator-istio-system"],
    seesUnlabelled: false,
  });
  server.put(validator("istiod-default-validator", [{ key: "istio.io/rev", operator: "DoesNotExist" }]));
  expect(await readValidation(client, signal)).toEqual({
    webhooks: ["istio-validator-istio-system", "istiod-default-validator"],
    seesUnlabelled: true,
  });
});
