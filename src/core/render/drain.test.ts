import { expect, it } from "vitest";
import { withDrains } from "../drain/drained-mesh.ts";
import type { Drain } from "../model/drain.ts";
import { writeYaml } from "../model/object-yaml.ts";
import { drainOf, threeClusters } from "../testing/three-clusters.ts";
import { noMaterials } from "./materials.ts";
import { renderMesh } from "./render-mesh.ts";

/** What a drain has to do with, of each cluster. */
function rendered(drains: readonly Drain[]): Readonly<Record<string, string>> {
  const mesh = withDrains(threeClusters(), drains);
  return Object.fromEntries(
    renderMesh(mesh, noMaterials).clusters.map(({ cluster, objects }) => [
      cluster,
      objects
        .map(({ object }) => object)
        .filter(
          ({ kind, metadata }) =>
            kind === "PeerAuthentication" ||
            kind === "DestinationRule" ||
            (kind === "VirtualService" && metadata.name.startsWith("isthmus-drained")),
        )
        .map((object) => writeYaml({ kind: object.kind, name: object.metadata.name, spec: object["spec"] as object }))
        .join("---\n"),
    ]),
  );
}

it("makes the callers of every other cluster leave, and then those of the drained one", async () => {
  const { west, east, north } = rendered([drainOf("east", "all")]);
  expect(north).toBe(west);
  await expect(`# west and north\n${west ?? ""}\n# east\n${east ?? ""}`).toMatchFileSnapshot(
    "testdata/drain-of-east.yaml",
  );
});

it("leaves the drained cluster's own callers where they are until the others have left", () => {
  const before = rendered([drainOf("east", "callers")]);
  expect(before["east"]).not.toContain("topology.istio.io/cluster");
  expect(before["east"]).not.toContain("VirtualService");
  expect(before["west"]).toBe(rendered([drainOf("east", "all")])["west"]);
});

it("makes no route for sidecars where a route of the mesh file decides for them", () => {
  expect(rendered([drainOf("east", "all")])["east"]).toContain("VirtualService");
  const mesh = threeClusters();
  const services = mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, gateways: ["mesh"], hosts: ["shop.sample.svc.cluster.local"] })),
  }));
  const [, east] = renderMesh(withDrains({ ...mesh, services }, [drainOf("east", "all")]), noMaterials).clusters;
  expect(east?.objects.map(({ object }) => object.metadata.name)).not.toContain("isthmus-drained.shop");
});

it("is nothing at all where nothing is drained", () => {
  const { west, east } = rendered([]);
  expect(west).toBe(east);
  expect(west).not.toContain("PeerAuthentication");
  expect(west).not.toContain("isthmus-elsewhere");
});
