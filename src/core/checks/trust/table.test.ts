import { expect, it } from "vitest";
import { ofSomebody, withRoot } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { foundBy } from "../../testing/found-by.ts";
import { withCluster, withIstiodPods } from "../../testing/healthy-facts.ts";

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "trust/cacerts-sound",
    "no cacerts beside an istiod",
    withCluster("east", () => ({ authority: { kind: "missing" } })),
    ["error ISM415 east"],
  ],
  [
    "trust/cacerts-sound",
    "nothing where somebody else installs Istio, and all clusters have one root",
    ofSomebody(withCluster("east", () => ({ authority: { kind: "missing" } }))),
    [],
  ],
  [
    "trust/cacerts-sound",
    "a root of its own where somebody else installs Istio",
    ofSomebody(
      withCluster("east", (one) => ({
        authority: { kind: "missing" },
        namespaces: one.namespaces.map((namespace) => ({ ...namespace, roots: ["own"] })),
      })),
    ),
    ["error ISM415 east"],
  ],
  [
    "trust/cacerts-sound",
    "parts that do not fit",
    withCluster("east", () => ({
      authority: { kind: "broken", flaw: "ca-key.pem does not belong to ca-cert.pem", effect: "istiod" },
    })),
    ["error ISM415 east"],
  ],
  [
    "trust/signer",
    "an istiod that goes on with the certificate that it had",
    withIstiodPods("east", () => ({ signerEnds: "2027-01-01T00:00:00.000Z" })),
    ["error ISM490 east"],
  ],
  [
    "trust/signer",
    "nothing while the kubelet hands the Secret on",
    {
      ...withIstiodPods("east", () => ({ signerEnds: "2027-01-01T00:00:00.000Z" })),
      takenAt: "2026-11-01T00:01:00.000Z",
    },
    [],
  ],
  ["trust/same-root", "a root of the same subject and another key", withRoot({}), ["error ISM414 east"]],
  ["trust/issued-by-cacerts", "an istiod that was started before cacerts", withRoot({}), ["error ISM416 east"]],
  [
    "trust/proxies-trust-root",
    "proxies with the old root",
    withRoot({}),
    ["error ISM417 west→east", "error ISM417 east"],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("trust", table), "each of these needs one").toEqual([]);
});
