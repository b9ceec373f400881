import { expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { checkEmptyFields } from "./check-empty-fields.ts";

function deployment(replicas: object, labels: Readonly<Record<string, string | null>> = {}): KubeObject {
  const template = { metadata: { labels: { app: "web", ...labels } }, spec: { containers: [{ name: "app" }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", annotations: { owner: null } as unknown as Record<string, string> },
    spec: { ...replicas, template },
  };
}

it("warns of a number of pods without a value, and of labels and annotations without one", () => {
  const found = checkEmptyFields(deployment({ replicas: null }, { tier: null }));
  expect(found.map(({ code, severity, at }) => `${severity} ${code} ${(at ?? []).join(".")}`)).toEqual([
    "warning ISM868 spec.replicas",
    "warning ISM868 metadata.annotations.owner",
    "warning ISM868 spec.template.metadata.labels.tier",
  ]);
  expect(found[0]?.detail).toMatch(/^spec\.replicas of Deployment shop\/web is written and has no value\. /);
});

it.each([{ replicas: 0 }, {}])("says nothing of a number, or of none: %j", (replicas) => {
  expect(checkEmptyFields(deployment(replicas)).map(({ at }) => at)).toEqual([["metadata", "annotations", "owner"]]);
});
