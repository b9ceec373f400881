import { expect, it } from "vitest";
import { ingressGateway } from "../../render/names.ts";
import { withFrontDoor } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster, withGateway } from "../../testing/healthy-facts.ts";
import { meshFaults } from "../../testing/mesh-faults.ts";
import { changingName, foreignName, rightName, withNames } from "../../testing/published-facts.ts";

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "dns/policy",
    "one owner and sync",
    withFrontDoor(
      {
        ...healthyFacts(),
        clusters: healthyFacts().clusters.map((one) =>
          one.kind === "reached"
            ? {
                ...one,
                externalDns: [
                  { namespace: "dns", name: "a", ownerId: "one", policy: "sync", sources: [], domainFilters: [] },
                ],
              }
            : one,
        ),
      },
      "dns",
    ),
    ["warning ISM522 west→east", "warning ISM522 east→west"],
  ],
  [
    "dns/owner",
    "an owner per cluster",
    withFrontDoor(
      withCluster("east", () => ({
        externalDns: [
          { namespace: "dns", name: "a", ownerId: "one", sources: [], domainFilters: [] },
          { namespace: "dns", name: "b", ownerId: "two", sources: [], domainFilters: [] },
        ],
      })),
      "dns",
    ),
    ["warning ISM452 east"],
  ],
  [
    "dns/reads",
    "sources without Istio's Gateways",
    meshFaults.find(({ name }) => name === "external-dns-reads-no-gateways")?.happens(healthyFacts()) ?? healthyFacts(),
    ["warning ISM775 east"],
  ],
  ["dns/published", "nothing where names are as their clusters are", withNames(healthyFacts(), [rightName]), []],
  ["dns/published", "a name of somebody else", withNames(healthyFacts(), [foreignName]), ["error ISM643 "]],
  [
    "dns/published",
    "a key that cannot be read",
    withNames(healthyFacts(), [], {
      problem: { code: "ISM639", severity: "error", summary: "", detail: "There is no key.", fix: "Write it." },
    }),
    ["error ISM643 "],
  ],
  [
    "dns/published",
    "an owner that has left the mesh file",
    withNames(healthyFacts(), [changingName({ west: "192.0.2.1", north: "192.0.2.3" }, { west: "192.0.2.1" })]),
    ["warning ISM645 "],
  ],
  [
    "dns/published",
    "an address that is not the gateway's",
    withNames(healthyFacts(), [changingName({ west: "192.0.2.1" }, { west: "192.0.2.9" })]),
    ["warning ISM646 "],
  ],
  [
    "dns/published",
    "records of a name that no route has",
    withNames(healthyFacts(), [], { former: [changingName({ west: "192.0.2.1" }, {}), rightName] }),
    ["warning ISM647 "],
  ],
  [
    "dns/published",
    "an address of a gateway without a ready pod",
    withNames(
      withGateway("east", ingressGateway, () => ({ ready: 0 })),
      [rightName],
    ),
    ["error ISM648 east"],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("dns", table), "each of these needs one").toEqual([]);
});
