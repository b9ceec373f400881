import { expect, it } from "vitest";
import { ofSomebody, withIstiod } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { foundBy } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "versions/kubernetes",
    "a Kubernetes that this Istio refuses",
    withCluster("east", () => ({ kubernetesVersion: "v1.20.4" })),
    ["error ISM214 east"],
  ],
  [
    "versions/kubernetes",
    "a Kubernetes that is newer than Istio supports",
    withCluster("east", () => ({ kubernetesVersion: "v1.99.0" })),
    ["warning ISM215 east"],
  ],
  ["versions/istio-version", "an older istiod", withIstiod({ version: "1.30.4" }), ["warning ISM412 east"]],
  ["versions/rotation-safe", "1.30.3", withIstiod({ version: "1.30.3-distroless" }), ["warning ISM413 east"]],
  ["versions/rotation-safe", "nothing at 1.30.4", withIstiod({ version: "1.30.4" }), []],
  [
    "versions/istio-version",
    "nothing of a version that somebody else chooses",
    ofSomebody(withIstiod({ version: "1.30.4" })),
    [],
  ],
  [
    "versions/kubernetes",
    "nothing where somebody else has installed Istio",
    ofSomebody(withCluster("east", () => ({ kubernetesVersion: "v1.99.0" }))),
    [],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("versions", table), "each of these needs one").toEqual([]);
});
