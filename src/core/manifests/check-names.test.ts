import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { checkNames } from "./check-names.ts";

function named(
  apiVersion: string,
  kind: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: "shop", labels } };
}

// What an API server of 1.36 says of each by a dry-run.
describe("a name", () => {
  it.each([
    ["v1", "Service", "Web"],
    ["v1", "Service", "web.one"],
    ["v1", "ConfigMap", "web_1"],
    ["apps/v1", "Deployment", "web-"],
    ["apps/v1", "Deployment", "web..one"],
    ["v1", "Service", "w".repeat(64)],
  ])("is refused: %s %s %s", (apiVersion, kind, name) => {
    const [found, ...more] = checkNames(named(apiVersion, kind, name));
    expect([found?.code, found?.severity, found?.at, more]).toEqual(["ISM869", "error", ["metadata", "name"], []]);
  });

  it.each([
    ["v1", "Service", "1web"],
    ["v1", "ConfigMap", "web.one-2"],
    ["apps/v1", "Deployment", "w".repeat(64)],
    ["rbac.authorization.k8s.io/v1", "ClusterRole", "system:Web_1"],
    ["example.org/v1", "Thing", "Web"],
  ])("is taken, or not known: %s %s %s", (apiVersion, kind, name) => {
    expect(checkNames(named(apiVersion, kind, name))).toEqual([]);
  });
});

describe("the value of a label", () => {
  it.each(["v1 beta", "1.2+build", "-v1", "v".repeat(64)])("is refused: %s", (value) => {
    const [found] = checkNames(named("example.org/v1", "Thing", "web", { version: value }));
    expect([found?.code, found?.at]).toEqual(["ISM869", ["metadata", "labels", "version"]]);
  });

  it.each(["", "v1", "V1.2_x-3"])("is taken: %j", (value) => {
    expect(checkNames(named("v1", "ConfigMap", "web", { version: value }))).toEqual([]);
  });

  it("is looked at in the template of pods too", () => {
    const template = { metadata: { labels: { build: "1.2+3" } }, spec: { containers: [] } };
    const deployment: KubeObject = { ...named("apps/v1", "Deployment", "web"), spec: { template } };
    expect(checkNames(deployment).map(({ at }) => at)).toEqual([["spec", "template", "metadata", "labels", "build"]]);
  });
});
