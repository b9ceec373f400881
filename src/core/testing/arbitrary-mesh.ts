import fc from "fast-check";
import { stringify } from "yaml";
import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { renderIstioOperators } from "../render/istio-operator.ts";
import type { Materials } from "../render/materials.ts";
import { serviceKey } from "../render/materials.ts";
import { Secret } from "../secret.ts";
import { parseMesh } from "../mesh-file/parse.ts";

/** A DNS label; also words that YAML 1.1 reads as something else than a text, and long ones. */
const name = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/) },
  { weight: 1, arbitrary: fc.constantFrom("on", "no", "y", "null", "true", "management") },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{50,60}$/) },
);

const clusters = fc
  .uniqueArray(fc.tuple(name, fc.boolean(), fc.option(fc.constantFrom("west", "east"), { nil: undefined })), {
    minLength: 1,
    maxLength: 20,
    selector: ([one]) => one,
  })
  .map((list) =>
    list.map(([one, shared, region], index) => ({
      name: one,
      network: shared ? "shared-net" : `net-${index}`,
      ...(region === undefined ? {} : { region }),
    })),
  );

const match = fc.oneof(
  fc.record({ exact: name.map((one) => `/${one}`) }),
  fc.record({ prefix: name.map((one) => `/${one}`) }),
  fc.record({
    prefix: fc.constant("/"),
    headers: fc.record({ "x-user": fc.record({ exact: name }) }),
  }),
);

/** A hundred in as many parts as there are versions. */
function weightsOf(versions: readonly string[]): fc.Arbitrary<Record<string, number>> {
  return fc.array(fc.nat(100), { minLength: versions.length - 1, maxLength: versions.length - 1 }).map((cuts) => {
    const edges = [0, ...cuts.toSorted((a, b) => a - b), 100];
    return Object.fromEntries(versions.map((one, index) => [one, (edges[index + 1] ?? 0) - (edges[index] ?? 0)]));
  });
}

function services(names: readonly string[]): fc.Arbitrary<readonly object[]> {
  const shape = fc.record({
    name,
    namespace: fc.constantFrom("sample", "istio-system", "default", "shop"),
    port: fc.integer({ min: 1, max: 65_535 }),
    versions: fc.dictionary(name, fc.record({ clusters: fc.subarray([...names], { minLength: 1 }) }), {
      minKeys: 1,
      maxKeys: 4,
      noNullPrototype: true,
    }),
    routes: fc.nat(2),
    sessions,
    failover: fc.option(
      fc.constantFrom<object>(
        {},
        { priority: ["topology.istio.io/cluster"] },
        { outlierDetection: { consecutiveGatewayErrors: 1 }, retries: { attempts: 1 } },
      ),
      { nil: undefined },
    ),
  });
  return fc.uniqueArray(shape, { maxLength: 4, selector: (one) => `${one.namespace}/${one.name}` }).chain((list) =>
    fc
      .tuple(
        ...list.map((one, index) =>
          fc
            .array(
              fc.record({
                gateways: fc.constantFrom(["front"], ["shop-gateway"], ["mesh"], ["mesh", "front"]),
                hosts: fc.constantFrom<readonly string[]>(["*"], ["a.example"], ["a.example", "b.example"]),
                match,
                weights: weightsOf(Object.keys(one.versions)),
              }),
              { minLength: one.routes, maxLength: one.routes },
            )
            .map((routes) => ({
              ...one,
              routes: routes.map((route, at) => ({
                name: `route-${index}-${at}`,
                ...route,
                // No sidecar takes every request to anything.
                ...(!route.gateways.some((gateway) => gateway !== "mesh") && route.hosts.includes("*")
                  ? { hosts: [`${one.name}.${one.namespace}`] }
                  : {}),
              })),
            })),
        ),
      )
      .map((all) => withoutIdleSessions(withoutRepeatedMatches(all))),
  );
}

const sessions = fc.option(fc.constantFrom<object>({ httpCookie: { name: "session" } }, { httpHeaderName: "x-user" }), {
  nil: undefined,
});

/** Without versions to choose from they are refused (ISM787). */
function withoutIdleSessions<T extends { readonly routes: readonly object[]; readonly versions: object }>(
  list: readonly T[],
): readonly T[] {
  return list.map((one) =>
    one.routes.length > 0 && Object.keys(one.versions).length > 1 ? one : { ...one, sessions: undefined },
  );
}

interface RoutedService {
  readonly name: string;
  readonly namespace: string;
  readonly routes: readonly {
    readonly gateways: readonly string[];
    readonly hosts: readonly string[];
    readonly match: object;
  }[];
}

/** A file in which two routes of a host take the same requests is not valid. */
function withoutRepeatedMatches<T extends RoutedService>(list: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  return list.map((one) => ({
    ...one,
    routes: one.routes.filter(({ gateways, hosts, match: requests }) => {
      const front = gateways.some((gateway) => gateway !== "mesh");
      const inside = gateways.includes("mesh") ? (front ? [`${one.name}.${one.namespace}`] : hosts) : [];
      const places = [...(front ? hosts : []), ...inside.map((host) => `mesh ${host}`)];
      const keys = places.map((place) => `${place} ${JSON.stringify(requests)}`);
      const free = keys.every((key) => !seen.has(key));
      for (const key of keys) {
        seen.add(key);
      }
      return free;
    }),
  }));
}

/** The text of a valid mesh file with 1 to 20 clusters that this version can carry out. */
export const meshText: fc.Arbitrary<string> = fc
  .tuple(name, clusters, fc.boolean(), fc.constantFrom(true, false, { mode: "runbook" }))
  .chain(([meshName, list, limits, networkPolicies]) =>
    services(list.map((one) => one.name)).map((all) =>
      stringify({
        apiVersion: "isthmus.dev/v1alpha1",
        kind: "Mesh",
        metadata: { name: meshName },
        spec: {
          clusters: list.map((one) => ({ ...one, context: `ctx of ${one.name}` })),
          ...(list.some((one) => one.network === "shared-net") ? { sharedNetworks: ["shared-net"] } : {}),
          ...(limits ? { istio: { containerDefaults: { limitsCpu: "500m" }, nodeSelector: { pool: "on" } } } : {}),
          hardening: { networkPolicies },
          services: all,
        },
      }),
    ),
  );

/** A mesh that went through the file format, so that it holds all rules. */
export const arbitraryMesh: fc.Arbitrary<Mesh> = meshText.map((text) => {
  const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
  if (mesh === undefined || diagnostics.length > 0) {
    throw new Error(`not a valid mesh: ${JSON.stringify(diagnostics)}\n${text}`);
  }
  return mesh;
});

/**
 * Materials for any mesh. Istio's manifests carry every value that the cluster's IstioOperators ask for, so that a value
 * of another cluster shows. With `keys`, authorities and credentials name their cluster.
 */
export function materialsOf(mesh: Mesh, options: { readonly keys: boolean }): Materials {
  const each = <Value>(make: (cluster: Mesh["clusters"][number]) => Value): Record<string, Value> =>
    Object.fromEntries(mesh.clusters.map((cluster) => [cluster.name, make(cluster)]));
  return {
    platforms: {},
    istioManifests: each((cluster) => istioManifestsOf(mesh, cluster)),
    authorities: options.keys
      ? each(({ name: of }) => ({
          rootCert: "root",
          caCert: `ca ${of}`,
          certChain: `ca ${of}\nroot`,
          caKey: new Secret(of),
        }))
      : {},
    remoteCredentials: options.keys
      ? each(({ name: reader }) =>
          each(({ name: of }) => ({
            server: `https://${of}.example:6443`,
            token: new Secret(`token ${of} for ${reader}`),
          })),
        )
      : {},
    apiAddresses: each(({ name: of }) => `https://${of}.example:6443`),
    ingressAddresses: {},
    serviceManifests: Object.fromEntries(
      mesh.services.map((service) => [serviceKey(service), serviceManifestsOf(service)]),
    ),
  };
}

function istioManifestsOf(mesh: Mesh, cluster: Cluster): readonly KubeObject[] {
  const { controlPlane, eastWest } = renderIstioOperators(mesh, cluster, { values: {} });
  const namespace = "istio-system";
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "istio", namespace },
      data: { operator: JSON.stringify(controlPlane) },
    },
    deployment({ name: "istiod", namespace }, controlPlane["spec"]),
    ...(eastWest === undefined ? [] : [deployment({ name: "istio-eastwestgateway", namespace }, eastWest["spec"])]),
  ];
}

function serviceManifestsOf({ name, versions }: Service): readonly KubeObject[] {
  return [
    { apiVersion: "v1", kind: "Service", metadata: { name }, spec: {} },
    ...versions.map(({ name: version, labels }) => deployment({ name: `${name}-${version}`, labels }, {})),
  ];
}

function deployment(metadata: KubeObject["metadata"], spec: KubeObject[string]): KubeObject {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
}
