import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import { nameFiles } from "./file-name.ts";

function object(kind: string, name: string, namespace?: string, apiVersion = "v1"): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

function namesOf(...objects: readonly KubeObject[]): readonly string[] {
  return [...nameFiles(objects).values()];
}

describe("the file name of an object", () => {
  it("says rank, kind, namespace and name", () => {
    expect(namesOf(object("Service", "a", "shop"), object("Namespace", "shop"))).toEqual([
      "4-service-shop-a.yaml",
      "0-namespace-shop.yaml",
    ]);
  });

  it("sorts as the objects are applied", () => {
    const names = namesOf(
      object("Deployment", "a", "b"),
      object("LimitRange", "a", "b"),
      object("Secret", "a", "b"),
      object("ServiceAccount", "a", "b"),
      object("Namespace", "b"),
    );
    expect(names.toSorted().map((name) => name.split("-")[1])).toEqual([
      "namespace",
      "limitrange",
      "serviceaccount",
      "secret",
      "deployment",
    ]);
  });

  it("tells objects apart that would have one name", () => {
    const names = namesOf(
      object("ConfigMap", "c", "a-b"),
      object("ConfigMap", "b-c", "a"),
      object("Gateway", "front", "a", "networking.istio.io/v1"),
      object("Gateway", "front", "a", "gateway.networking.k8s.io/v1"),
      object("ClusterRole", "system:Node"),
      object("ClusterRole", "system-node"),
    );
    expect(new Set(names).size).toBe(6);
    expect(names.slice(0, 4).every((name) => /_[0-9a-f]{12}\.yaml$/.test(name))).toBe(true);
  });

  it("is the same in whatever version an object is served", () => {
    expect(namesOf(object("Gateway", "a", "b", "networking.istio.io/v1"))).toEqual(
      namesOf(object("Gateway", "a", "b", "networking.istio.io/v1beta1")),
    );
  });

  it("is safe, unique and short, whatever the objects are called", () => {
    const part = fc.oneof(
      fc.stringMatching(/^[a-z0-9.:-]{1,253}$/),
      fc.constantFrom("a", "a-b", "b", "..", "A", "a:b"),
      fc.string(),
    );
    const objects = fc.uniqueArray(
      fc
        .tuple(
          fc.constantFrom("ConfigMap", "Gateway", "Role"),
          part,
          fc.option(part, { nil: undefined }),
          fc.constantFrom("v1", "a/v1", "b/v1"),
        )
        .map(([kind, name, namespace, apiVersion]) => object(kind, name, namespace, apiVersion)),
      { maxLength: 30, selector: (one) => keyOf(idOf(one)) },
    );
    fc.assert(
      fc.property(objects, (list) => {
        const names = namesOf(...list);
        expect(names).toHaveLength(list.length);
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => !/^\d-[a-z0-9._-]{1,230}\.yaml$/.test(name))).toEqual([]);
        expect(namesOf(...list)).toEqual(names);
      }),
      { numRuns: 300 },
    );
  });
});
