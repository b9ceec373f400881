import { runsOfToday } from "../../../test/part-of-today.ts";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { Secret } from "../secret.ts";
import { arbitraryMesh, materialsOf } from "../testing/arbitrary-mesh.ts";
import { renderMesh } from "./render-mesh.ts";
import type { RenderedCluster } from "./render-mesh.ts";
import type { Wave } from "./waves.ts";
import { waveRules, waves } from "./waves.ts";

/** What a cluster is told about itself: each field must say the same wherever it stands. */
const identities: readonly (readonly [RegExp, (mesh: Mesh, at: number) => string | undefined])[] = [
  [/^topology\.istio\.io\/network$|^network$/, (mesh, at) => mesh.clusters[at]?.network],
  [/^clusterName$/, (mesh, at) => mesh.clusters[at]?.name],
  [/^meshID$|^isthmus\.dev\/mesh$/, (mesh) => mesh.name],
];

/** The same meshes for all properties of a run, since making and rendering them is most of the work. */
const run = { numRuns: runsOfToday(60), seed: Math.floor(Math.random() * 2 ** 31) };

interface Sample {
  readonly mesh: Mesh;
  readonly clusters: readonly RenderedCluster[];
}

const samples = new Map<boolean, readonly Sample[]>();

function sampleOf(mesh: Mesh, keys: boolean): Sample {
  return { mesh, clusters: renderMesh(mesh, materialsOf(mesh, { keys })).clusters };
}

afterAll(() => samples.clear());

/** Holds for every mesh of 1 to 20 clusters that the file format allows. */
function holds(property: (mesh: Mesh, clusters: readonly RenderedCluster[]) => void, keys = true): void {
  const all = samples.get(keys) ?? fc.sample(arbitraryMesh, run).map((mesh) => sampleOf(mesh, keys));
  samples.set(keys, all);
  try {
    all.forEach(({ mesh, clusters }) => property(mesh, clusters));
  } catch (error) {
    // From the same seed, so that the smallest mesh that fails is said.
    fc.assert(
      fc.property(arbitraryMesh, (mesh) => property(mesh, sampleOf(mesh, keys).clusters)),
      run,
    );
    throw error;
  }
}

describe("any mesh of 1 to 20 clusters", () => {
  it("renders every cluster, in the file's order", () => {
    holds((mesh, clusters) => {
      expect(clusters.map((one) => one.cluster)).toEqual(mesh.clusters.map((cluster) => cluster.name));
    });
  });

  it("renders twice to the same bytes, with keys and without", () => {
    for (const keys of [true, false]) {
      holds((mesh, clusters) => {
        expect(JSON.stringify(renderMesh(mesh, materialsOf(mesh, { keys })).clusters)).toBe(JSON.stringify(clusters));
      }, keys);
    }
  });

  it("gives no two objects of a cluster one id, and orders them by wave", () => {
    holds((_, clusters) => {
      for (const { objects } of clusters) {
        const keys = objects.map((placed) => keyOf(idOf(placed.object)));
        expect(new Set(keys).size).toBe(keys.length);
        const places = objects.map((placed) => waves.indexOf(placed.wave));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    });
  });

  it("tells each cluster its own name, network and mesh only, wherever they stand", () => {
    holds((mesh, clusters) => {
      for (const [at, { objects }] of clusters.entries()) {
        for (const [field, own] of identities) {
          const said = objects.flatMap((placed) => valuesAt(placed.object, field));
          expect(new Set(said)).toEqual(new Set([own(mesh, at)]));
        }
      }
    });
  });

  it("gives each cluster the credentials of exactly the others, under their own names", () => {
    holds((mesh, clusters) => {
      for (const { cluster, objects } of clusters) {
        const remotes = objects.filter((placed) => placed.wave === "join").map((placed) => placed.object);
        const others = mesh.clusters.map((one) => one.name).filter((name) => name !== cluster);
        expect(remotes.map((one) => one.metadata.name).toSorted()).toEqual(
          others.map((name) => `istio-remote-secret-${name}`).toSorted(),
        );
        for (const secret of remotes) {
          const of = secret.metadata.annotations?.["networking.istio.io/cluster"] ?? "";
          expect(secret.metadata.name).toBe(`istio-remote-secret-${of}`);
          const kubeconfig = kubeconfigOf(secret, of);
          expect(kubeconfig.clusters[0]?.cluster.server).toBe(`https://${of}.example:6443`);
          expect(kubeconfig["current-context"]).toBe(of);
          expect(kubeconfig.users[0]?.user.token).toBe(`token ${of} for ${cluster}`);
        }
      }
    });
  });

  it("gives each cluster an intermediate of its own", () => {
    holds((_, clusters) => {
      for (const { cluster, objects } of clusters) {
        const [cacerts] = objects.filter((placed) => placed.wave === "cacerts");
        expect(decode(cacerts?.object, "ca-cert.pem")).toBe(`ca ${cluster}`);
        expect(decode(cacerts?.object, "ca-key.pem")).toBe(cluster);
      }
    });
  });

  it("brings every route with the same weights, which sum to 100, to every cluster, and every subset that it names", () => {
    holds((mesh, clusters) => {
      for (const service of mesh.services) {
        for (const route of service.routes) {
          const all = clusters.map(({ objects }) => {
            const own = objects.map((placed) => placed.object);
            const virtual = find(own, "VirtualService", service.namespace, route.name) as VirtualService;
            const rule = find(own, "DestinationRule", service.namespace, service.name) as DestinationRule;
            const [http] = virtual.spec.http;
            const weights = http.route.map((to) => [to.destination.subset, to.weight] as const);
            const subsets = rule.spec.subsets.map((subset) => subset.name);
            expect(weights.filter(([subset]) => !subsets.includes(subset))).toEqual([]);
            return Object.fromEntries(weights);
          });
          expect(all.map((weights) => Object.values(weights).reduce((sum, one) => sum + one, 0))).toEqual(
            all.map(() => 100),
          );
          expect(new Set(all.map((weights) => JSON.stringify(weights))).size).toBe(1);
          expect(all[0]).toEqual(route.weights);
        }
      }
    });
  });

  it("sets up failover in every cluster alike, and never without what makes Istio obey it", () => {
    holds((mesh, clusters) => {
      for (const service of mesh.services.filter(({ failover }) => failover !== undefined)) {
        const all = clusters.map(({ objects }) => {
          const own = objects.map((placed) => placed.object);
          const rule = find(own, "DestinationRule", service.namespace, service.name) as DestinationRule;
          const routes = service.routes.map(
            ({ name }) => find(own, "VirtualService", service.namespace, name) as VirtualService,
          );
          return { policy: rule.spec.trafficPolicy, retries: routes.map(({ spec }) => spec.http[0].retries) };
        });
        expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
        const [{ policy, retries } = { policy: undefined, retries: [] }] = all;
        expect(policy?.outlierDetection.maxEjectionPercent).toBe(100);
        expect(Object.keys(policy?.loadBalancer.localityLbSetting ?? {})).not.toContain("distribute");
        expect(retries.map((one) => one?.retryRemoteLocalities)).toEqual(service.routes.map(() => true));
      }
    });
  });

  it("runs each version on its clusters and nowhere else", () => {
    holds((mesh, clusters) => {
      for (const service of mesh.services) {
        for (const version of service.versions) {
          const running = clusters
            .filter(({ objects }) =>
              objects.some(
                ({ object }) =>
                  object.kind === "Deployment" &&
                  object.metadata.namespace === service.namespace &&
                  object.metadata.name === `${service.name}-${version.name}`,
              ),
            )
            .map((one) => one.cluster);
          expect(running.toSorted()).toEqual(version.clusters.toSorted());
        }
      }
    });
  });
});

describe("the waves", () => {
  it("form a graph without circles, also with the barriers over all clusters", () => {
    const visit = (wave: Wave, above: readonly Wave[]): void => {
      expect(above).not.toContain(wave);
      for (const before of [...waveRules[wave].needs, ...waveRules[wave].everywhere]) {
        visit(before, [...above, wave]);
      }
    };
    for (const wave of waves) {
      visit(wave, []);
    }
  });

  it("are listed so that each stands behind what it needs", () => {
    const early = waves.filter((wave) =>
      [...waveRules[wave].needs, ...waveRules[wave].everywhere].some(
        (before) => waves.indexOf(before) > waves.indexOf(wave),
      ),
    );
    expect(early).toEqual([]);
  });
});

interface VirtualService {
  readonly spec: {
    readonly http: readonly [
      {
        readonly retries?: { readonly retryRemoteLocalities?: boolean };
        readonly route: readonly { readonly destination: { readonly subset: string }; readonly weight: number }[];
      },
    ];
  };
}

interface DestinationRule {
  readonly spec: {
    readonly subsets: readonly { readonly name: string }[];
    readonly trafficPolicy?: {
      readonly outlierDetection: { readonly maxEjectionPercent: number };
      readonly loadBalancer: { readonly localityLbSetting: object };
    };
  };
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
  readonly "current-context": string;
}

function find(objects: readonly KubeObject[], kind: string, namespace: string, name: string): unknown {
  const found = objects.find(
    (one) => one.kind === kind && one.metadata.namespace === namespace && one.metadata.name === name,
  );
  expect(found, `${kind} ${namespace}/${name}`).toBeDefined();
  return found;
}

function decode(object: KubeObject | undefined, key: string): string | undefined {
  const value = (object?.["data"] as Readonly<Record<string, unknown>> | undefined)?.[key];
  return value instanceof Secret ? Buffer.from(value.expose(), "base64").toString() : undefined;
}

function kubeconfigOf(secret: KubeObject, key: string): Kubeconfig {
  // As every Kubernetes tool reads it.
  return parse(decode(secret, key) ?? "", { version: "1.1" }) as Kubeconfig;
}

/** Every text below a key that matches; values of JSON in a ConfigMap count too. */
function valuesAt(value: unknown, field: RegExp): readonly string[] {
  if (value instanceof Secret || typeof value !== "object" || value === null) {
    return typeof value === "string" && value.startsWith("{") ? valuesAt(JSON.parse(value), field) : [];
  }
  return Object.entries(value).flatMap(([key, one]) =>
    field.test(key) && typeof one === "string" ? [one] : valuesAt(one, field),
  );
}
