import { runsOfToday } from "../../../test/part-of-today.ts";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Mesh } from "../model/mesh.ts";
import { keyOf, idOf } from "../model/kube-object.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import type { Materials } from "./materials.ts";
import type { RenderedCluster } from "./render-mesh.ts";
import { renderMesh } from "./render-mesh.ts";
import { waveRules, waves } from "./waves.ts";

function rendered(cluster: string, mesh: Mesh = twoClusters, from: Materials = materials): RenderedCluster {
  const found = renderMesh(mesh, from).clusters.find((one) => one.cluster === cluster);
  if (found === undefined) {
    throw new Error(`no cluster ${cluster}`);
  }
  return found;
}

function find(one: RenderedCluster, key: string) {
  return one.objects.find((placed) => keyOf(idOf(placed.object)) === key);
}

describe("a rendered mesh", () => {
  it.each(["west", "east"])("of %s is the golden one", (cluster) => {
    const text = rendered(cluster)
      .objects.map(({ wave, object }) => `# ${wave}\n${stringify(JSON.parse(JSON.stringify(object)))}`)
      .join("---\n");
    const golden = new URL(`testdata/two-clusters.${cluster}.yaml`, import.meta.url);
    if (process.env["UPDATE_GOLDEN"] !== undefined) {
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, "utf8"));
  });

  it("puts each version only where it runs and the service everywhere", () => {
    expect(find(rendered("west"), "Deployment.apps/sample/helloworld-v1")).toBeDefined();
    expect(find(rendered("west"), "Deployment.apps/sample/helloworld-v2")).toBeUndefined();
    expect(find(rendered("east"), "Deployment.apps/sample/helloworld-v2")).toBeDefined();
    expect(find(rendered("east"), "Service/sample/helloworld")).toBeDefined();
  });

  it("gives every cluster the credentials of all others and never its own", () => {
    expect(find(rendered("west"), "Secret/istio-system/istio-remote-secret-east")).toBeDefined();
    expect(find(rendered("west"), "Secret/istio-system/istio-remote-secret-west")).toBeUndefined();
  });

  it("shows no key and no token", () => {
    const text = JSON.stringify(renderMesh(twoClusters, materials));
    for (const secret of ["private key of", "token of", Buffer.from("private key of west").toString("base64")]) {
      expect(text).not.toContain(secret);
    }
    expect(text).toMatch(/<redacted:sha256:[0-9a-f]{8}>/);
  });

  it("marks what only an apply can know, and renders it the same each time", () => {
    const offline = { ...materials, authorities: {}, remoteCredentials: {} };
    const once = rendered("west", twoClusters, offline);
    expect(
      once.objects.flatMap(({ object, knownAfterApply }) =>
        knownAfterApply === undefined ? [] : [[object.metadata.name, knownAfterApply.needs]],
      ),
    ).toEqual([
      ["cacerts", "cacerts"],
      ["istio-remote-secret-east", "credential"],
    ]);
    expect(JSON.stringify(rendered("west", twoClusters, offline))).toBe(JSON.stringify(once));
  });

  it("drops the nulls of Istio's templates", () => {
    expect(find(rendered("west"), "Deployment.apps/istio-system/istiod")?.object["spec"]).toEqual({ b: 1 });
  });
});

describe("waves", () => {
  it("never wait for each other in a circle, also over clusters", () => {
    const done = new Set<string>();
    for (let round = 0; round < waves.length; round += 1) {
      for (const wave of waves) {
        if ([...waveRules[wave].needs, ...waveRules[wave].everywhere].every((one) => done.has(one))) {
          done.add(wave);
        }
      }
    }
    expect([...done].sort()).toEqual([...waves].sort());
  });
});

describe("any mesh of 1 to 20 clusters", () => {
  const meshes = fc.integer({ min: 1, max: 20 }).map((count): Mesh => {
    const clusters = Array.from({ length: count }, (_, index) => ({
      name: `c${index}`,
      network: `n${index}`,
      access: { kind: "context" as const, context: `ctx${index}` },
    }));
    const services = twoClusters.services.map((service) => ({
      ...service,
      versions: service.versions.map((version, index) => ({ ...version, clusters: [`c${index % count}`] })),
    }));
    return { ...twoClusters, clusters, services };
  });

  it("renders twice to the same bytes, mixes up no names, and brings the weights to every cluster", () => {
    fc.assert(
      fc.property(meshes, (mesh) => {
        const all = renderMesh(mesh, { ...materials, istioManifests: {}, authorities: {}, remoteCredentials: {} });
        expect(
          JSON.stringify(
            renderMesh(mesh, { ...materials, istioManifests: {}, authorities: {}, remoteCredentials: {} }),
          ),
        ).toBe(JSON.stringify(all));
        for (const [index, one] of all.clusters.entries()) {
          const keys = one.objects.map((placed) => keyOf(idOf(placed.object)));
          expect(new Set(keys).size).toBe(keys.length);
          expect(find(one, "Namespace/istio-system")?.object.metadata.labels?.["topology.istio.io/network"]).toBe(
            `n${index}`,
          );
          const remotes = keys.filter((key) => key.startsWith("Secret/istio-system/istio-remote-secret-"));
          expect(remotes).toHaveLength(mesh.clusters.length - 1);
          expect(
            JSON.stringify(find(one, "VirtualService.networking.istio.io/sample/helloworld")?.object["spec"]),
          ).toContain('"weight":90');
        }
      }),
      { numRuns: runsOfToday(20) },
    );
  });
});
