import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import type { ClusterPlan, Plan, PlannedObject } from "./plan.ts";
import { findStale, parseSavedPlan, savePlan } from "./saved-plan.ts";

const origin = {
  madeAt: "2026-01-01T00:00:00.000Z",
  meshFile: { path: "/srv/mesh.yaml", sha256: "0" },
  options: { prune: true, forceConflicts: false, adopt: "unowned" as const, clusters: [], continue: false },
};

function secret(value: string, version: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "one", namespace: "demo", resourceVersion: version },
    data: { key: new Secret(value) },
  };
}

const awaited: PlannedObject["knownAfterApply"] = { needs: "cacerts", fillIn: () => secret("made", "") };

function object(change: Partial<PlannedObject> = {}): PlannedObject {
  const wanted = secret("wanted", "");
  return {
    action: "update",
    phase: "istio",
    wave: "definitions",
    id: idOf(wanted),
    object: wanted,
    live: secret("found", "7"),
    fields: [{ path: "data.key", before: new Secret("found"), after: new Secret("wanted") }],
    ...change,
  };
}

function west(objects: readonly PlannedObject[], prune: readonly string[] = []): ClusterPlan {
  return {
    kind: "planned",
    cluster: "west",
    objects,
    prune: prune.map((name) => ({
      id: { group: "", kind: "ConfigMap", namespace: "demo", name },
      apiVersion: "v1",
      wave: "definitions",
      created: true,
    })),
    inventory: { mesh: "prod", cluster: "west", items: [] },
    inventoryCurrent: true,
  };
}

const away: ClusterPlan = {
  kind: "unreachable",
  cluster: "west",
  diagnostic: { code: "ISM253", severity: "error", summary: "No answer", detail: "No answer." },
};

const plan = (...clusters: readonly ClusterPlan[]): Plan => ({ mesh: "prod", clusters });

describe("a saved plan", () => {
  it("is read back as it was, and holds no value", () => {
    const text = JSON.stringify(savePlan(plan(west([object()], ["old"]), away), origin));
    expect(parseSavedPlan(text)).toEqual(JSON.parse(text));
    expect(text).not.toContain("found");
    expect(text).not.toContain("wanted");
  });

  it.each(["", "{", "kind: Mesh", "null", '{"apiVersion":"isthmus.dev/v2","kind":"SavedPlan"}'])(
    "is not what %j says",
    (text) => {
      expect(parseSavedPlan(text)).toBeUndefined();
    },
  );
});

describe("what has moved since a plan was saved", () => {
  const created = object({ action: "create", live: undefined, fields: [] });
  const later = object({ knownAfterApply: awaited, fields: [] });

  it.each<readonly [string, ClusterPlan, ClusterPlan, readonly string[]]>([
    ["is nothing when nothing has", west([object()], ["old"]), west([object()], ["old"]), []],
    ["is no version alone", west([object()]), west([object({ live: secret("found", "8") })]), []],
    [
      "is a value that would now change from another one",
      west([object()]),
      west([
        object({
          live: secret("other", "8"),
          fields: [{ path: "data.key", before: new Secret("other"), after: new Secret("wanted") }],
        }),
      ]),
      ["Secret demo/one on west has changed since (resourceVersion 7, now 8). Nothing was changed."],
    ],
    [
      "is any change of what is completed during the apply",
      west([later]),
      west([object({ knownAfterApply: awaited, fields: [], live: secret("other", "8") })]),
      ["Secret demo/one on west has changed since (resourceVersion 7, now 8). Nothing was changed."],
    ],
    [
      "is what would be written, when that differs",
      west([created]),
      west([object({ action: "create", live: undefined, fields: [], object: secret("else", "") })]),
      [
        "Secret demo/one on west would be written otherwise than planned: its manifest or Istio's own has changed. Nothing was changed.",
      ],
    ],
    [
      "is an object that has come",
      west([created]),
      west([object()]),
      ["Secret demo/one on west was not there when the plan was made, and is now. Nothing was changed."],
    ],
    [
      "is an object that the mesh file's services no longer have, and one they newly have",
      west([object({ id: { group: "", kind: "Secret", namespace: "demo", name: "two" } })]),
      west([object()]),
      [
        "Secret demo/two on west is no longer part of the plan. Nothing was changed.",
        "Secret demo/one on west is new in the plan. Nothing was changed.",
      ],
    ],
    [
      "is what would be deleted",
      west([], ["old", "older"]),
      west([], ["older", "oldest"]),
      [
        "ConfigMap demo/old on west is no longer there to delete. Nothing was changed.",
        "ConfigMap demo/oldest on west is newly to be deleted. Nothing was changed.",
      ],
    ],
    ["is no cluster that is still away", away, away, []],
    [
      "is a cluster that is back",
      away,
      west([]),
      ["Cluster west did not answer when the plan was made, and does now. Nothing was changed."],
    ],
    [
      "is a cluster that has gone away",
      west([]),
      away,
      ["Cluster west answered when the plan was made, and does not now. Nothing was changed."],
    ],
  ])("%s", (_sentence, before, now, moves) => {
    expect(findStale(savePlan(plan(before), origin), plan(now)).map((one) => one.detail)).toEqual(moves);
  });
});
