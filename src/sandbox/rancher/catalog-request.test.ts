import { describe, expect, it } from "vitest";
import { readCatalogRequest, readRelease } from "./catalog-request.ts";

describe("readCatalogRequest", () => {
  const repo = "/v1/catalog.cattle.io.clusterrepos/rancher-charts";
  const app = "/v1/catalog.cattle.io.apps/istio-system/rancher-istio";
  it.each([
    ["POST", repo, "action=install", { action: "install", repo: "rancher-charts" }],
    ["POST", repo, "action=upgrade", { action: "upgrade", repo: "rancher-charts" }],
    ["POST", repo, "action=refresh", undefined],
    ["GET", repo, "action=install", undefined],
    ["POST", app, "action=uninstall", { action: "uninstall", namespace: "istio-system", name: "rancher-istio" }],
    ["GET", app, "", { action: "read", kind: "App", namespace: "istio-system", name: "rancher-istio" }],
    [
      "GET",
      "/v1/catalog.cattle.io.operations/cattle-system/one",
      "",
      { action: "read", kind: "Operation", namespace: "cattle-system", name: "one" },
    ],
    ["DELETE", app, "", undefined],
    ["GET", "/v1/catalog.cattle.io.apps", "", undefined],
    ["GET", `${app}/more`, "", undefined],
  ])("%s %s?%s", (method, path, query, expected) => {
    expect(readCatalogRequest(method, path, new URLSearchParams(query))).toEqual(expected);
  });
});

describe("readRelease", () => {
  it("takes the chart with its overlay, and a project in either way of writing", () => {
    const chart = { chartName: "rancher-istio", version: "1", values: { overlayFile: "kind: IstioOperator" } };
    expect(readRelease({ charts: [chart], projectId: "c-1/p-1" })).toEqual({
      release: "rancher-istio",
      version: "1",
      namespace: "istio-system",
      projectId: "c-1:p-1",
      description: "",
      values: chart.values,
      overlay: "kind: IstioOperator",
    });
  });

  it.each([
    ["no chart", {}, "one chart"],
    ["two charts", { charts: [{}, {}] }, "one chart"],
    ["another chart", { charts: [{ chartName: "monitoring" }] }, "rancher-istio"],
  ])("says what is wrong with %s", (_, body, words) => {
    expect(readRelease(body)).toContain(words);
  });
});
