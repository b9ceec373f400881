import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import { diffObjects } from "./diff.ts";

function object(fields: Record<string, unknown>, metadata: Record<string, unknown> = {}): KubeObject {
  return { apiVersion: "v1", kind: "Thing", metadata: { name: "a", ...metadata }, ...fields };
}

describe("the difference of two objects", () => {
  const table: readonly [string, KubeObject, KubeObject, readonly string[]][] = [
    ["is nothing for equal ones", object({ spec: { a: 1 } }), object({ spec: { a: 1 } }), []],
    [
      "ignores the server's bookkeeping",
      object({}, { resourceVersion: "1", managedFields: [] }),
      object({}, { resourceVersion: "2" }),
      [],
    ],
    ["ignores status", object({ status: { ready: false } }), object({ status: { ready: true } }), []],
    [
      "names a changed list item by its place",
      object({ spec: { http: [{ weight: 10 }] } }),
      object({ spec: { http: [{ weight: 50 }] } }),
      ["spec.http[0].weight"],
    ],
    [
      "names a new key that is no plain word in quotes",
      object({}, { labels: {} }),
      object({}, { labels: { "istio-injection": "enabled", "a/b": "c" } }),
      ['metadata.labels["a/b"]', "metadata.labels.istio-injection"],
    ],
    ["sees a removed field", object({ spec: { a: 1, b: 2 } }), object({ spec: { a: 1 } }), ["spec.b"]],
    [
      "sees a Secret's new value",
      object({ data: { key: new Secret("one") } }),
      object({ data: { key: new Secret("two") } }),
      ["data.key"],
    ],
    [
      "sees no change where a Secret's value is the same",
      object({ data: { key: new Secret("one") } }),
      object({ data: { key: new Secret("one") } }),
      [],
    ],
  ];
  it.each(table)("%s", (_name, live, planned, paths) => {
    expect(
      diffObjects(live, planned)
        .map((change) => change.path)
        .sort(),
    ).toEqual([...paths].sort());
  });

  it("shows a Secret only as a fingerprint", () => {
    const [change] = diffObjects(
      object({ data: { key: new Secret("one") } }),
      object({ data: { key: new Secret("two") } }),
    );
    expect(JSON.stringify(change)).toMatch(
      /^\{"path":"data.key","before":"<redacted:sha256:[0-9a-f]{8}>","after":"<redacted:sha256:[0-9a-f]{8}>"\}$/,
    );
  });
});
