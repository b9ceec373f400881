import { describe, expect, it } from "vitest";
import type { Json } from "../model/kube-object.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { checkPolicyShape } from "./check-policy-shape.ts";

function found(spec: Json): readonly string[] {
  const manifests = [
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "web" }, spec },
    { apiVersion: "crd.projectcalico.org/v1", kind: "NetworkPolicy", metadata: { name: "calico" }, spec },
  ];
  return twoClusters.services
    .slice(0, 1)
    .flatMap((service) => checkPolicyShape({ service, manifests }))
    .map(({ severity, code, detail }) => `${severity} ${code} ${detail}`);
}

describe("a network policy of a service's manifests", () => {
  it.each<readonly [string, Json]>([
    [
      "warning ISM562 NetworkPolicy web has a rule without content, which is for everybody at all ports.",
      { podSelector: {}, ingress: [null] },
    ],
    [
      "warning ISM562 NetworkPolicy web has an empty list of egress and no policyTypes, which closes nothing on the way out.",
      { podSelector: {}, egress: [] },
    ],
    [
      "warning ISM562 NetworkPolicy web has no podSelector, and so is for every pod of its namespace.",
      { ingress: [{}] },
    ],
    [
      "error ISM562 NetworkPolicy web has a peer without content, which API servers refuse.",
      { podSelector: {}, egress: [{ to: [{}] }] },
    ],
    [
      "error ISM562 NetworkPolicy web has a peer without content, which API servers refuse.",
      { podSelector: {}, ingress: [{ from: [null] }] },
    ],
  ])("is told of: %s", (expected, spec) => {
    expect(found(spec)).toEqual([expected]);
  });

  it("is not where it says what it means", () => {
    expect(found({ podSelector: {}, policyTypes: ["Egress"], egress: [], ingress: [{}] })).toEqual([]);
    expect(found({ podSelector: { matchLabels: { app: "web" } }, ingress: [{ from: [{ podSelector: {} }] }] })).toEqual(
      [],
    );
  });
});
