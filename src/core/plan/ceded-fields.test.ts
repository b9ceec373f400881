import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { cedeFields } from "./ceded-fields.ts";

function validator(webhook: Record<string, unknown>): KubeObject {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "istio-validator-istio-system" },
    webhooks: [{ name: "rev.validation.istio.io", ...webhook }],
  };
}

const ours = validator({ failurePolicy: "Ignore", sideEffects: "None" });

describe("the failurePolicy of Istio's validator", () => {
  it("is ours until the webhook is there", () => {
    expect(cedeFields(ours, undefined)).toEqual(ours);
  });
  it("is ours while istiod has not taken the webhook over", () => {
    expect(cedeFields(ours, validator({ clientConfig: {} }))).toEqual(ours);
  });
  it("is istiod's once its CA is in the webhook", () => {
    expect(cedeFields(ours, validator({ clientConfig: { caBundle: "Y2E=" }, failurePolicy: "Fail" }))).toEqual(
      validator({ sideEffects: "None" }),
    );
  });
});
