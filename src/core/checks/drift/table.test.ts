import { expect, it } from "vitest";
import { withCompared, withUnservedRules } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { findingsOf, foundBy } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";
import type { DriftedObject } from "../drift-facts.ts";
import type { MeshFacts } from "../facts.ts";

function withDrift(...objects: readonly DriftedObject[]): MeshFacts {
  return withCluster("east", () => ({ drift: { kind: "compared", applied: true, objects, unknown: [] } }));
}

const kubectlEdit = { manager: "kubectl-edit", time: "2026-11-23T05:00:00Z" };

const drifted: DriftedObject = {
  id: { group: "networking.istio.io", kind: "Gateway", namespace: "sample", name: "door" },
  state: "changed",
  fields: [{ path: "spec.servers[0].port.number", live: "81", wanted: "80" }],
  writer: kubectlEdit,
};

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  ["drift/objects", "an object that somebody has changed", withDrift(drifted), ["error ISM454 east"]],
  [
    "drift/objects",
    "a definition that is not served any more, with everything of its kind that nobody can read",
    withUnservedRules(),
    ["error ISM454 east"],
  ],
  ["drift/objects", "an object that is gone", withDrift({ ...drifted, state: "gone" }), ["error ISM455 east"]],
  [
    "drift/objects",
    "one deed, where one writer has changed many objects at once",
    withDrift(...[1, 2, 3, 4, 5].map((number) => ({ ...drifted, id: { ...drifted.id, name: `door-${number}` } }))),
    ["error ISM454 east"],
  ],
  ["drift/objects", "nothing in what was not applied yet", withDrift({ ...drifted, state: "pending" }), []],
  [
    "drift/objects",
    "nothing in a cluster that the mesh was never applied to",
    withCluster("east", () => ({
      drift: { kind: "compared", applied: false, objects: [{ ...drifted, state: "gone" }], unknown: [] },
    })),
    [],
  ],
  [
    "drift/mesh-file",
    "a mesh file that was not applied yet",
    withDrift({ ...drifted, state: "pending" }),
    ["warning ISM456 east"],
  ],
  [
    "drift/added-fields",
    "a field that somebody has added",
    withCluster("east", () => ({
      drift: {
        kind: "compared",
        applied: true,
        objects: [],
        added: [{ id: drifted.id, fields: [{ path: "spec.a", pointer: "/spec/a", writer: kubectlEdit }] }],
        unknown: [],
      },
    })),
    ["warning ISM556 east"],
  ],
  ["drift/mesh-file", "what it no longer asks for", withDrift({ ...drifted, state: "left" }), ["warning ISM456 east"]],
  [
    "drift/unfinished",
    "what an apply that has not ended has yet to make",
    withCompared({ unfinished: true, objects: [{ ...drifted, state: "unmade" }] }),
    ["error ISM751 east"],
  ],
  [
    "drift/unfinished",
    "a warning where everything is there",
    withCompared({ unfinished: true }),
    ["warning ISM751 east"],
  ],
  [
    "drift/being-deleted",
    "an object that a finalizer holds",
    withCompared({
      deletions: [{ id: drifted.id, since: "2026-11-23T05:00:00Z", finalizers: [{ name: "team.example/hold" }] }],
    }),
    ["error ISM753 east"],
  ],
  [
    "drift/being-deleted",
    "nothing in a namespace, of which another check tells",
    withCompared({
      deletions: [
        { id: { group: "", kind: "Namespace", name: "shop" }, since: "2026-11-23T05:00:00Z", finalizers: [] },
      ],
    }),
    [],
  ],
  ["drift/unfinished", "nothing where every apply has ended", withDrift({ ...drifted, state: "gone" }), []],
  [
    "drift/mesh-file",
    "nothing of what an apply has begun to write",
    withCompared({ unfinished: true, objects: [{ ...drifted, state: "pending" }] }),
    [],
  ],
  [
    "drift/inventory",
    "objects of the mesh of which no list is there",
    withCompared({ applied: false, unlisted: 12 }),
    ["warning ISM761 east"],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("drift", table), "each of these needs one").toEqual([]);
});

it("prints no command that takes a finalizer of Kubernetes itself away", () => {
  const held = (...names: readonly string[]) => {
    const finalizers = names.map((name) => ({ name }));
    const [found] = findingsOf(
      "drift/being-deleted",
      withCompared({ deletions: [{ id: drifted.id, since: "2026-11-23T05:00:00Z", finalizers }] }),
    );
    return found;
  };
  const ofKubernetes = held("service.kubernetes.io/load-balancer-cleanup");
  expect(ofKubernetes?.fix).not.toContain("patch");
  expect(ofKubernetes?.fix).toContain("Kubernetes takes service.kubernetes.io/load-balancer-cleanup away itself");
  expect(ofKubernetes?.commands?.[0]).toContain("--for=delete");
  const both = held("team.example/hold", "foregroundDeletion")?.fix;
  expect(both).toContain(`-p '{"metadata":{"finalizers":["foregroundDeletion"]}}'`);
  expect(both).toContain("--for=delete");
  expect(held("team.example/hold")?.fix).toContain(`-p '{"metadata":{"finalizers":null}}'`);
});
