import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { KubeObject } from "../../src/core/model/kube-object.ts";
import type { Mesh } from "../../src/core/model/mesh.ts";
import { renderCluster } from "../../src/core/render/render-mesh.ts";
import { parseMesh } from "../../src/core/mesh-file/parse.ts";
import type { Figure } from "./measure.ts";

/** What one size of mesh costs to render, in a process of its own. */
export interface RenderCost {
  readonly clusters: number;
  readonly objects: number;
  readonly seconds: number;
  /** Largest resident memory of the process. */
  readonly peakMiB: number;
}

const sizes = [2, 100, 1000];

/**
 * Rendering 2, 100 and 1,000 clusters, with Istio's real manifests of one
 * cluster (`manifests`, a JSON file) for each. A mesh of N clusters has
 * N × (N − 1) remote secrets by nature, so the figures tell also what one object costs.
 */
export async function benchRender(bench: { readonly manifests: string }): Promise<readonly Figure[]> {
  const costs: RenderCost[] = [];
  for (const size of sizes) {
    costs.push(await inProcess(size, bench.manifests));
  }
  const [small, middle, large] = costs;
  if (small === undefined || middle === undefined || large === undefined) {
    throw new Error("three sizes were measured");
  }
  return [
    { name: "render 2 clusters", value: small.seconds, unit: "s", goal: 1 },
    {
      name: "render 100 clusters",
      value: middle.seconds,
      unit: "s",
      goal: 2,
      beside: { name: "2 clusters", value: small.seconds },
    },
    {
      name: `render 1,000 clusters, ${large.objects} objects`,
      value: large.seconds,
      unit: "s",
      goal: 10,
      beside: { name: "100 clusters", value: middle.seconds },
    },
    {
      name: "memory of rendering 1,000 clusters",
      value: large.peakMiB,
      unit: "MiB",
      goal: 1024,
      beside: { name: "100 clusters", value: middle.peakMiB },
    },
  ];
}

async function inProcess(clusters: number, manifests: string): Promise<RenderCost> {
  const [, program = ""] = process.argv;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, "--render-only", String(clusters), manifests], (error, out, err) =>
      error === null ? resolve(JSON.parse(out) as RenderCost) : reject(new Error(`rendering ${clusters}: ${err}`)),
    );
  });
}

/** Renders cluster by cluster, as `isthmus render` does, without printing. */
export function renderOnly(count: number, manifests: string): RenderCost {
  const istioObjects = JSON.parse(readFileSync(manifests, "utf8")) as KubeObject[];
  const started = performance.now();
  const mesh = meshOf(count);
  let objects = 0;
  for (const cluster of mesh.clusters) {
    const rendered = renderCluster(mesh, cluster, {
      platforms: {},
      istioManifests: { [cluster.name]: istioObjects },
      serviceManifests: {},
      authorities: {},
      remoteCredentials: {},
      apiAddresses: {},
      ingressAddresses: {},
    });
    objects += rendered.objects.length;
  }
  return {
    clusters: count,
    objects,
    seconds: (performance.now() - started) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

function meshOf(count: number): Mesh {
  const names = Array.from({ length: count }, (_, index) => `cluster-${index}`);
  const file = {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Mesh",
    metadata: { name: "bench" },
    spec: {
      clusters: names.map((name) => ({ name, context: name })),
      services: [
        {
          name: "helloworld",
          namespace: "sample",
          port: 5000,
          versions: { v1: { clusters: names }, v2: { clusters: names } },
          routes: [
            { name: "helloworld", gateway: "front", hosts: ["*"], match: { prefix: "/" }, weights: { v1: 10, v2: 90 } },
          ],
        },
      ],
    },
  };
  const { mesh, diagnostics } = parseMesh(JSON.stringify(file), "mesh.yaml");
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  return mesh;
}
