import { expect, it } from "vitest";
import type { Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { renderRancherApp } from "./rancher-app.ts";

function appOf(version: string): ReturnType<typeof renderRancherApp> {
  const mesh: Mesh = { ...twoClusters, istio: { ...twoClusters.istio, version, install: "rancher" } };
  return mesh.clusters.slice(0, 1).flatMap((west) => renderRancherApp(mesh, west, { values: {} }));
}

it("asks the branch of Rancher's charts that has the release's chart, and for that very chart", () => {
  const [repo, app] = appOf("1.22.1").map(([, object]) => object);
  expect(repo).toEqual({
    apiVersion: "catalog.cattle.io/v1",
    kind: "ClusterRepo",
    metadata: { name: "isthmus-rancher-charts" },
    spec: { gitRepo: "https://git.rancher.io/charts", gitBranch: "release-v2.9" },
  });
  expect(app).toMatchObject({
    kind: "App",
    metadata: { name: "rancher-istio", namespace: "istio-system" },
    spec: {
      chart: { metadata: { name: "rancher-istio", version: expect.stringMatching(/^104\./) as unknown } },
      values: {
        kiali: { enabled: false },
        tracing: { enabled: false },
        overlayFile: expect.stringContaining("istio-eastwestgateway") as unknown,
      },
    },
  });
});

it("makes the repository before the App that is installed from it", () => {
  expect(appOf("1.22.1").map(([wave]) => wave)).toEqual(["definitions", "control-plane"]);
});
