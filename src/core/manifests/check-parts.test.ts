import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { checkParts } from "./check-parts.ts";

const identity = { apiVersion: "", kind: "", metadata: { name: "web", namespace: "shop" } };

function object(apiVersion: string, kind: string, rest: Omit<KubeObject, keyof typeof identity>): KubeObject {
  return { ...identity, apiVersion, kind, ...rest };
}

const deployment = (rest: Parameters<typeof object>[2]): KubeObject => object("apps/v1", "Deployment", rest);
const pods = { containers: [{ name: "app", image: "app:1" }] };
const whole = { selector: { matchLabels: { app: "web" } }, template: { metadata: {}, spec: pods } };

describe("a part of an object", () => {
  it.each<readonly [what: string, object: KubeObject, said: string, at: string]>([
    ["without a value", deployment({ spec: null }), "spec of Deployment shop/web is empty", "spec"],
    ["that is a text", deployment({ spec: "x" }), "spec of Deployment shop/web is a plain value", "spec"],
    ["that is missing", deployment({}), "spec of Deployment shop/web is missing", ""],
    [
      "of pods that is empty",
      deployment({ spec: { ...whole, template: { metadata: {}, spec: null } } }),
      "spec.template.spec of Deployment shop/web is empty",
      "spec.template.spec",
    ],
    [
      "with no container",
      deployment({ spec: { ...whole, template: { spec: { containers: [] } } } }),
      "spec.template.spec.containers of Deployment shop/web is an empty list, and API servers take a list with entries",
      "spec.template.spec.containers",
    ],
    [
      "whose list is a mapping",
      deployment({ spec: { ...whole, template: { spec: { containers: { name: "app" } } } } }),
      "spec.template.spec.containers of Deployment shop/web is a mapping",
      "spec.template.spec.containers",
    ],
    [
      "that says which pods",
      deployment({ spec: { ...whole, selector: "app=web" } }),
      "spec.selector of Deployment shop/web is a plain value",
      "spec.selector",
    ],
    [
      "of a Service",
      object("v1", "Service", { spec: { ports: null } }),
      "spec.ports of Service shop/web is empty",
      "spec.ports",
    ],
    [
      "of a CronJob",
      object("batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template: null } } } }),
      "spec.jobTemplate.spec.template of CronJob shop/web is empty",
      "spec.jobTemplate.spec.template",
    ],
  ])("%s is an error", (_, of, said, at) => {
    const [found, ...more] = checkParts(of);
    expect(found).toMatchObject({ code: "ISM866", severity: "error", at: at === "" ? [] : at.split(".") });
    expect(found?.detail).toContain(said);
    expect(more).toEqual([]);
  });

  it.each<readonly [what: string, object: KubeObject]>([
    ["whole", deployment({ spec: whole })],
    ["a headless Service without ports", object("v1", "Service", { spec: { clusterIP: "None" } })],
    ["a ReplicaSet without a template", object("apps/v1", "ReplicaSet", { spec: { selector: {} } })],
    ["of a kind that nobody here knows", object("example.org/v1", "Deployment", { spec: null })],
  ])("is right: %s", (_, of) => {
    expect(checkParts(of)).toEqual([]);
  });
});
