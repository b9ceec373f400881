import { describe, expect, it } from "vitest";
import { partOfToday } from "../../../test/part-of-today.ts";
import type { MeshFault } from "../testing/faults/fault.ts";
import { hiddenBy } from "../testing/faults/hidden.ts";
import { sameFacts } from "../testing/faults/same-facts.ts";
import { healthyShop } from "../testing/faults/shop.ts";
import { meshFaults } from "../testing/mesh-faults.ts";
import type { MeshFacts } from "./facts.ts";
import { checks } from "./list.ts";
import { runChecks } from "./run-checks.ts";

function causesOf(facts: MeshFacts): readonly string[] {
  return runChecks(facts, { pre: false }).causes.map(
    (one) => `${one.severity} ${one.code} ${one.cluster ?? ""}${one.remote === undefined ? "" : `→${one.remote}`}`,
  );
}

it("finds nothing in the healthy mesh that the faults start from", () => {
  expect(causesOf(healthyShop())).toEqual([]);
});

it.each(meshFaults.map((fault) => [fault.name, fault] as const))("has one cause for one fault: %s", (_, fault) => {
  expect(causesOf(fault.happens(healthyShop()))).toEqual(fault.causes);
});

/** Checks that have rows in the table test and no fault yet; the list only shrinks. */
const withoutFault = [
  "access/distinct-clusters",
  "versions/kubernetes",
  "versions/istio-version",
  "versions/rotation-safe",
  "policies/pod-security",
  "policies/peer-authentication",
  "policies/authorization",
  "trust/signer",
  "control-plane/validation",
  "control-plane/proxies-connected",
  "control-plane/proxies-accept",
  "control-plane/proxies-current",
  "network/cluster-dns",
  "gateways/services",
  "gateways/proxies-answer",
  "join/former-clusters",
  "services/port-names",
  "services/sidecar-ports",
  "routes/visibility",
  "routes/foreign-rules",
  "routes/endpoints",
  "routes/foreign-endpoints",
  "certificates/fit",
  "dns/owner",
  "dns/policy",
];

it("has a fault for every check, so that a new one is tried beside all others", () => {
  const found = new Set(
    meshFaults.flatMap((fault) => {
      const facts = fault.happens(healthyShop());
      return checks.filter((check) => check.run(facts).length > 0).map(({ id }) => id);
    }),
  );
  expect(
    // What is asked for only has no cause in a usual report.
    checks.filter(({ id, strict }) => strict !== true && !found.has(id)).map(({ id }) => id),
    "what is new needs a fault in src/core/testing/faults, and is not added to withoutFault",
  ).toEqual(withoutFault);
});

// More than a thousand reports, of which a run takes a third.
describe("two faults at once", { timeout: 300_000 }, () => {
  const pairs = meshFaults.flatMap((first, index) =>
    meshFaults.slice(index + 1).map((second) => [first, second] as const),
  );
  const hides = (a: MeshFault, b: MeshFault): boolean => (hiddenBy[a.name] ?? []).includes(b.name);
  const independent = pairs.filter(
    ([a, b]) =>
      // Of a cluster that does not answer nothing is seen.
      ![a.name, b.name].includes("east-does-not-answer") &&
      !hides(a, b) &&
      !hides(b, a) &&
      !sameFacts.some((names) => names.includes(a.name) && names.includes(b.name)),
  );

  it("are two causes, whichever two have nothing to do with each other", () => {
    expect(independent.length).toBeGreaterThan(900);
    const wrong = partOfToday(independent, 7).flatMap(([a, b]) => {
      const found = causesOf(b.happens(a.happens(healthyShop())));
      return JSON.stringify(found.toSorted()) === JSON.stringify([...a.causes, ...b.causes].toSorted())
        ? []
        : [`${a.name} + ${b.name}: ${found.join(", ")}`];
    });
    expect(wrong).toEqual([]);
  });

  it("are one cause where one of them brings the other about, and it is not the other", () => {
    const wrong = pairs
      .flatMap(([a, b]) => (hides(a, b) ? [[a, b] as const] : hides(b, a) ? [[b, a] as const] : []))
      .flatMap(([cause, other]) => {
        // The cause comes last: what it overwrites is what it hides.
        const found = causesOf(cause.happens(other.happens(healthyShop())));
        return JSON.stringify(found) === JSON.stringify(cause.causes)
          ? []
          : [`${cause.name} over ${other.name}: ${found.join(", ")}`];
      });
    expect(wrong).toEqual([]);
  });
});

/** What says in a fix that a person has to decide, and who. */
const decides = /\b[Ww]hoever\b.* has to (?:decide|put|see|bring|correct|repair|do|give|make|issue|plan)/;

it.each(meshFaults.map((fault) => [fault.name, fault] as const))(
  "has commands that put it right, or says who has to decide: %s",
  (_, fault) => {
    for (const cause of runChecks(fault.happens(healthyShop()), { pre: false }).causes) {
      const commands = cause.commands ?? [];
      expect(commands.length > 0 || decides.test(cause.fix ?? ""), `${cause.code}: ${cause.fix ?? ""}`).toBe(true);
      for (const command of commands) {
        expect(command).toMatch(/^(?:isthmus apply\b|kubectl --context isthmus-(?:west|east) )/);
      }
    }
  },
);
