import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { UserError } from "../diagnostics/user-error.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import type { PlacedObject } from "./place-objects.ts";
import { findMeshClashes, renderMesh } from "./render-mesh.ts";

const service = twoClusters.services[0] ?? expect.fail("no service");

/** The objects of west with these objects in the folder of helloworld, each written in a line of its own. */
function render(objects: readonly KubeObject[], mesh: Mesh = twoClusters): readonly PlacedObject[] {
  const range = (file: string, line: number) => ({
    file,
    start: { line, column: 1 },
    end: { line, column: 2 },
    lineText: "",
  });
  const { clusters } = renderMesh(mesh, {
    ...materials,
    serviceManifests: { "sample/helloworld": objects },
    places: {
      manifest: (object) => range("helloworld.yaml", objects.indexOf(object) + 1),
      mesh: (path) => range(`mesh.yaml ${path.join(".")}`, 1),
    },
  });
  return clusters[0]?.objects ?? [];
}

function refusals(objects: readonly KubeObject[], mesh?: Mesh): readonly Diagnostic[] {
  try {
    render(objects, mesh);
  } catch (error) {
    if (error instanceof UserError) {
      return error.diagnostics;
    }
    throw error;
  }
  return [];
}

function object(apiVersion: string, kind: string, name: string, fields: object = {}): KubeObject {
  return { apiVersion, kind, metadata: { name }, ...fields };
}

function find(objects: readonly PlacedObject[], key: string): PlacedObject | undefined {
  return objects.find((placed) => keyOf(idOf(placed.object)) === key);
}

describe("two objects of one identity", () => {
  it.each([
    [
      "a VirtualService and a route, whatever its API version",
      [object("networking.istio.io/v1alpha3", "VirtualService", "helloworld", { spec: {} })],
      "VirtualService sample/helloworld is made twice, with different content: for route helloworld of service helloworld (mesh.yaml spec.services.0.routes.0:1:1), and by helloworld.yaml:1:1. A cluster keeps one object of that name, so one of the two would replace the other.",
    ],
    [
      "a DestinationRule and the versions of a service",
      [object("networking.istio.io/v1beta1", "DestinationRule", "helloworld", { spec: {} })],
      "for the versions of service helloworld (mesh.yaml spec.services.0:1:1), and by helloworld.yaml:1:1.",
    ],
    [
      "a Gateway and a route's gateway",
      [object("networking.istio.io/v1", "Gateway", "helloworld-gateway", { spec: {} })],
      "for route helloworld of service helloworld (mesh.yaml spec.services.0.routes.0:1:1), and by helloworld.yaml:1:1.",
    ],
    [
      "two in one folder, one with its namespace and one without",
      [
        object("v1", "ConfigMap", "settings", { data: { a: "1" } }),
        object("v1", "ConfigMap", "settings", {
          metadata: { name: "settings", namespace: "sample" },
          data: { a: "2" },
        }),
      ],
      "ConfigMap sample/settings is made twice, with different content: by helloworld.yaml:1:1, and by helloworld.yaml:2:1.",
    ],
    [
      "one of Istio's own",
      [
        object("apps/v1", "Deployment", "istiod", {
          metadata: { name: "istiod", namespace: "istio-system" },
          spec: {},
        }),
      ],
      "Deployment istio-system/istiod is made twice, with different content: by Istio's own manifests, and by helloworld.yaml:1:1.",
    ],
  ])("are an error with both places: %s", (_, objects, detail) => {
    const found = refusals(objects);
    expect(found.map(({ code, severity }) => [code, severity])).toEqual([["ISM225", "error"]]);
    expect(found[0]?.detail).toContain(detail);
    expect(found[0]?.range?.file).toBe("helloworld.yaml");
  });

  it("are an error when the mesh file alone makes them", () => {
    const [route] = service.routes;
    const tls = { secretName: "front" };
    const routes = [{ ...(route ?? expect.fail("no route")), tls }];
    const mesh = {
      ...twoClusters,
      services: [
        { ...service, routes },
        { ...service, namespace: "other", routes: [{ ...routes[0], hosts: ["b.example"] }] },
      ] as Mesh["services"],
    };
    expect(refusals([], mesh).map(({ code, detail }) => [code, detail])).toEqual([
      ["ISM225", expect.stringContaining("spec.services.0.routes.0") as string],
    ]);
    expect(refusals([], mesh)[0]?.detail).toContain("spec.services.1.routes.0");
  });

  it("are all told in one run", () => {
    expect(
      refusals([
        object("networking.istio.io/v1", "VirtualService", "helloworld"),
        object("networking.istio.io/v1", "DestinationRule", "helloworld"),
      ]).map((one) => one.object?.kind),
    ).toEqual(["DestinationRule", "VirtualService"]);
  });

  it("are applied once when they are the same", () => {
    const one = object("v1", "ConfigMap", "settings", { data: { a: "1", b: "2" } });
    const other = object("v1", "ConfigMap", "settings", { data: { b: "2", a: "1" } });
    expect(render([one, other]).filter((placed) => placed.object.metadata.name === "settings")).toHaveLength(1);
  });

  it("are found without Istio's manifests and once for all clusters", () => {
    const clash = object("networking.istio.io/v1", "VirtualService", "helloworld");
    const found = findMeshClashes(twoClusters, {
      ...materials,
      istioManifests: {},
      serviceManifests: { "sample/helloworld": [clash] },
    });
    expect(found.map(({ code, detail }) => [code, detail])).toEqual([
      ["ISM225", expect.stringContaining("spec.services[0].routes[0] of the mesh file") as string],
    ]);
  });
});

describe("an object without a namespace", () => {
  const definition = (scope: string): KubeObject =>
    object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "gadgets.example.com", {
      spec: { group: "example.com", scope, names: { kind: "Gadget", plural: "gadgets" } },
    });
  const gadget = object("example.com/v1", "Gadget", "one");

  it.each([
    ["stays without where its definition says so", [definition("Cluster"), gadget], "Gadget.example.com/one"],
    [
      "gets the service's where its definition says so",
      [definition("Namespaced"), gadget],
      "Gadget.example.com/sample/one",
    ],
    ["gets the service's where nothing is known", [gadget], "Gadget.example.com/sample/one"],
  ])("%s", (_, objects, key) => {
    expect(find(render(objects), key)).toBeDefined();
  });
});

describe("a Namespace in a service's manifests", () => {
  const own = object("v1", "Namespace", "sample", {
    metadata: {
      name: "sample",
      labels: { team: "blue", "pod-security.kubernetes.io/enforce": "restricted" },
      annotations: { owner: "team-blue" },
    },
  });

  it("is merged with the one that the mesh needs, before anything is in it", () => {
    const found = find(render([own]), "Namespace/sample");
    expect(found).toMatchObject({ wave: "namespaces", mergedFrom: ["helloworld.yaml:1:1"] });
    expect(found?.object.metadata).toEqual({
      name: "sample",
      labels: {
        "istio-injection": "enabled",
        "isthmus.dev/mesh": "sandbox",
        team: "blue",
        "pod-security.kubernetes.io/enforce": "restricted",
      },
      annotations: { owner: "team-blue" },
    });
  });

  it("is an error where it contradicts the mesh", () => {
    const against = { ...own, metadata: { ...own.metadata, labels: { "istio-injection": "disabled" } } };
    const [found] = refusals([against]);
    expect(found).toMatchObject({ code: "ISM226", range: { file: "helloworld.yaml" } });
    expect(found?.detail).toBe(
      'Namespace sample is made for the namespace of service helloworld (mesh.yaml spec.services.0.namespace:1:1), and by helloworld.yaml:1:1. Both are merged, and they contradict each other: metadata.labels.istio-injection is "enabled" there and "disabled" here.',
    );
  });

  it("is an error where its label would keep a revision from injecting", () => {
    const labelled = { ...own, metadata: { ...own.metadata, labels: { "istio-injection": "enabled" } } };
    const ofRevision = { ...twoClusters, istio: { ...twoClusters.istio, values: { revision: "canary" } } };
    expect(refusals([labelled])).toEqual([]);
    expect(refusals([labelled], ofRevision)[0]).toMatchObject({
      code: "ISM226",
      detail: expect.stringContaining(
        'the label that has sidecars injected is {"istio.io/rev":"canary"} there and {"istio-injection":"enabled"} here',
      ) as string,
    });
  });

  it("is an error where two folders contradict each other", () => {
    const other = { ...own, metadata: { ...own.metadata, labels: { team: "red" } } };
    expect(refusals([own, other])[0]).toMatchObject({
      code: "ISM226",
      detail: expect.stringContaining('metadata.labels.team is "blue" there and "red" here') as string,
    });
  });
});
