import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import type { MeshFacts } from "../../../core/checks/facts.ts";
import { runChecks } from "../../../core/checks/run-checks.ts";
import { healthyShop } from "../../../core/testing/faults/shop.ts";
import { meshFaults } from "../../../core/testing/mesh-faults.ts";
import { viewCauses } from "./check.ts";
import { paletteFor } from "../../terminal/palette.ts";

const folder = path.join(import.meta.dirname, "testdata", "causes");
const fault = new Map(meshFaults.map((one) => [one.name, one.happens]));

/** Two faults at once, each with a cause of its own. */
const pairs = [
  ["east-ingress-is-not-ready", "east-gateway-has-no-listener"],
  ["east-service-is-headless", "east-orders-has-no-ready-pod"],
  ["east-quota-forbids-pods", "east-ingress-is-not-ready"],
  ["east-gateway-waits-for-an-address", "west-token-is-refused"],
  ["west-has-no-remote-secret", "east-gateway-is-scaled-to-0"],
  ["east-istiod-crashes", "east-weights-differ"],
  ["east-namespace-lost-its-network", "east-cross-network-gateway-is-gone"],
  ["east-injector-is-gone", "west-is-not-synced"],
  ["the-root-ends-soon", "east-rule-is-gone"],
] as const;

const cases: readonly (readonly [string, readonly string[]])[] = [
  ...meshFaults.map((one) => [one.name, [one.name]] as const),
  ...pairs.map((names) => [names.join("+"), names] as const),
];

function report(names: readonly string[]): string {
  const facts = names.reduce<MeshFacts>((before, name) => fault.get(name)?.(before) ?? before, healthyShop());
  return `${viewCauses(runChecks(facts, { pre: false }), paletteFor(false))
    .slice(1)
    .join("\n")}\n`;
}

it.each(cases)("says of %s what the page says (UPDATE_GOLDEN=1 writes it again)", (name, names) => {
  const file = path.join(folder, `${name}.txt`);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    writeFileSync(file, report(names));
  }
  expect(report(names)).toBe(readFileSync(file, "utf8"));
});

it("has no page of a fault that there is no more", () => {
  expect(readdirSync(folder).toSorted()).toEqual(cases.map(([name]) => `${name}.txt`).toSorted());
});
