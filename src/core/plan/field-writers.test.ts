import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { childPath } from "./diff.ts";
import { attributeChanges, managedFieldsOf } from "./field-writers.ts";

const early = "2026-01-01T10:00:00Z";
const late = "2026-01-01T11:00:00Z";

function entry(manager: string, fieldsV1: Json, more: Readonly<Record<string, Json>> = {}): Json {
  return { manager, operation: "Update", apiVersion: "v1", time: late, fieldsType: "FieldsV1", fieldsV1, ...more };
}

function mine(fieldsV1: Json, time = early): Json {
  return entry("isthmus", fieldsV1, { operation: "Apply", time });
}

function object(spec: Json, managedFields: readonly Json[]): KubeObject {
  return { apiVersion: "v1", kind: "Thing", metadata: { name: "a", managedFields }, spec };
}

const port = 'k:{"name":"http"}';

describe("who changed a field", () => {
  const table: readonly {
    readonly name: string;
    readonly live: KubeObject;
    readonly path: string;
    readonly gone?: boolean;
    readonly unchangedWish?: boolean;
    readonly by: string | undefined;
  }[] = [
    {
      name: "is whoever owns it",
      live: object({ a: 1, b: 2 }, [
        mine({ "f:spec": { "f:b": {} } }),
        entry("kubectl-edit", { "f:spec": { "f:a": {} } }),
      ]),
      path: "spec.a",
      by: "kubectl-edit",
    },
    {
      name: "is nobody else where we own it: then it is our wish that is new",
      live: object({ a: 1 }, [mine({ "f:spec": { "f:a": {} } })]),
      path: "spec.a",
      by: undefined,
    },
    {
      name: "is nobody else where we own it together, since then the value is ours",
      live: object({ a: 1 }, [mine({ "f:spec": { "f:a": {} } }), entry("helm", { "f:spec": { "f:a": {} } })]),
      path: "spec.a",
      by: undefined,
    },
    {
      name: "is found in a list by the item's key, whatever its place",
      live: object({ ports: [{ name: "other" }, { name: "http", port: 80 }] }, [
        entry("kubectl-edit", { "f:spec": { "f:ports": { ".": {}, [port]: { ".": {}, "f:port": {} } } } }),
      ]),
      path: "spec.ports[1].port",
      by: "kubectl-edit",
    },
    {
      name: "is found in a list by the item's value",
      live: object({ hosts: ["a", "b"] }, [entry("kubectl-edit", { "f:spec": { "f:hosts": { 'v:"b"': {} } } })]),
      path: "spec.hosts[1]",
      by: "kubectl-edit",
    },
    {
      name: "is found in a list by the item's place",
      live: object({ hosts: ["a", "b"] }, [entry("kubectl-edit", { "f:spec": { "f:hosts": { "i:1": {} } } })]),
      path: "spec.hosts[1]",
      by: "kubectl-edit",
    },
    {
      name: "owns all that lies below an atomic field",
      live: object({ http: [{ route: [{ weight: 1 }] }] }, [entry("kiali", { "f:spec": { "f:http": {} } })]),
      path: "spec.http[0].route[0].weight",
      by: "kiali",
    },
    {
      name: "does not own a field whose name only starts the same",
      live: object({ host: "a", hosts: 1 }, [entry("kiali", { "f:spec": { "f:host": {} } })]),
      path: "spec.hosts",
      by: undefined,
    },
    {
      name: "does not own what lies in a map that it only made",
      live: object({ a: { b: 1 } }, [entry("kiali", { "f:spec": { "f:a": { ".": {} } } })]),
      path: "spec.a.b",
      by: undefined,
    },
    {
      name: "is never the writer of a status",
      live: object({ a: 1 }, [entry("controller", { "f:spec": { "f:a": {} } }, { subresource: "status" })]),
      path: "spec.a",
      by: undefined,
    },
    {
      name: "is the last one of two",
      live: object({ a: 1 }, [
        entry("kubectl-edit", { "f:spec": { "f:a": {} } }),
        entry("helm", { "f:spec": { "f:a": {} } }, { time: early }),
      ]),
      path: "spec.a",
      by: "kubectl-edit",
    },
    {
      name: "is, for a field that is gone, who wrote after us when our wish is the same",
      live: object({ b: 2 }, [mine({ "f:spec": { "f:b": {} } }), entry("kubectl-edit", { "f:spec": { "f:c": {} } })]),
      path: "spec.a",
      gone: true,
      unchangedWish: true,
      by: "kubectl-edit",
    },
    {
      name: "is nobody for a field that is not there when our wish is new",
      live: object({ b: 2 }, [mine({ "f:spec": { "f:b": {} } }), entry("kubectl-edit", { "f:spec": { "f:c": {} } })]),
      path: "spec.a",
      gone: true,
      by: undefined,
    },
    {
      name: "is not somebody who wrote before us",
      live: object({ b: 2 }, [
        mine({ "f:spec": { "f:b": {} } }, late),
        entry("kubectl-edit", { "f:spec": { "f:c": {} } }, { time: early }),
      ]),
      path: "spec.a",
      gone: true,
      unchangedWish: true,
      by: undefined,
    },
    {
      name: "is unknown where the API server keeps no such list",
      live: { apiVersion: "v1", kind: "Thing", metadata: { name: "a" }, spec: { a: 1 } },
      path: "spec.a",
      unchangedWish: true,
      by: undefined,
    },
  ];
  it.each(table)("$name", ({ live, path, gone = false, unchangedWish = false, by }) => {
    const change = { path, before: gone ? undefined : 1, after: 2 };
    const [attributed] = attributeChanges(live, [change], { ours: "isthmus", unchangedWish });
    expect(attributed).toEqual(by === undefined ? change : { ...change, changedBy: { manager: by, time: late } });
  });

  const json = fc.letrec<{ map: Record<string, Json>; value: Json }>((tie) => ({
    map: fc.dictionary(fc.string({ maxLength: 4 }), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    value: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.string(), tie("map")),
  })).map;

  it("finds every leaf of an object in the set that names all of them", () => {
    fc.assert(
      fc.property(json, (spec) => {
        const live = object(spec, [entry("kubectl-edit", { "f:spec": fieldsOf(spec) })]);
        const leaves = leavesOf("spec", spec);
        const changes = leaves.map((path) => ({ path, before: 1, after: 2 }));
        const attributed = attributeChanges(live, changes, { ours: "isthmus", unchangedWish: false });
        expect(attributed.map((change) => change.changedBy?.manager)).toEqual(leaves.map(() => "kubectl-edit"));
      }),
    );
  });

  it("never adds, drops or rewrites a change, whatever the list of fields holds", () => {
    fc.assert(
      fc.property(json, json, (spec, fields) => {
        const live = object(spec, [entry("kubectl-edit", fields)]);
        const changes = leavesOf("spec", spec).map((path) => ({ path, before: 1, after: 2 }));
        const attributed = attributeChanges(live, changes, { ours: "isthmus", unchangedWish: true });
        expect(attributed.map(({ changedBy: _, ...change }) => change)).toEqual(changes);
      }),
    );
  });
});

describe("the managed fields of an object", () => {
  it("are empty where somebody owns nothing that is still there", () => {
    const live = object({ a: 1 }, [entry("kubectl-edit", { "f:spec": { "f:gone": {} } })]);
    expect(managedFieldsOf(live)).toEqual([
      { manager: "kubectl-edit", operation: "Update", time: late, paths: [], places: [] },
    ]);
  });
});

function fieldsOf(value: Json): Json {
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [`f:${key}`, fieldsOf(inner as Json)]))
    : {};
}

function leavesOf(path: string, value: Json): string[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(childPath(path, key), inner as Json))
    : [path];
}
