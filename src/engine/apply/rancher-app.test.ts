import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { diffApp } from "../../core/plan/diff-app.ts";

function app(version: string, values: object): KubeObject {
  return {
    apiVersion: "catalog.cattle.io/v1",
    kind: "App",
    metadata: { name: "rancher-istio", namespace: "istio-system" },
    spec: {
      name: "rancher-istio",
      namespace: "istio-system",
      chart: { metadata: { name: "rancher-istio", version } },
      values,
    },
  } as unknown as KubeObject;
}

const wanted = app("104.4.0+up1.22.1", { kiali: { enabled: false }, overlayFile: "a: 1\n" });

describe("an App of Rancher's catalog", () => {
  it("is as asked when chart and our values are, whatever Rancher added", () => {
    const live = app("104.4.0+up1.22.1", {
      kiali: { enabled: false },
      overlayFile: "a: 1\n",
      global: { cattle: { clusterId: "c-abcde" } },
    });
    expect(diffApp(live, wanted)).toEqual([]);
  });

  it("differs by another chart version, another value and a missing one", () => {
    const live = app("104.3.0+up1.21.1", { overlayFile: "a: 2\n" });
    expect(diffApp(live, wanted).map((field) => field.path)).toEqual([
      "spec.chart.metadata.version",
      "spec.values.kiali",
      "spec.values.overlayFile",
    ]);
  });
});
