import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PolicyCase } from "../../src/core/testing/arbitrary-policies.ts";
import { arbitraryPolicyCase } from "../../src/core/testing/arbitrary-policies.ts";
import type { Verdicts } from "../../src/core/testing/verdicts-of.ts";
import { verdictsOf } from "../../src/core/testing/verdicts-of.ts";
import type { Engine, Oracle } from "./oracle.ts";
import { buildOracle } from "./oracle.ts";

const count = 20_000;
const batch = 500;
/** Others every day; ISTHMUS_SEED repeats a day's. */
const seed = Number(process.env["ISTHMUS_SEED"] ?? Math.floor(Date.now() / 86_400_000));

let oracle: Oracle | undefined;
beforeAll(async () => {
  oracle = await buildOracle();
});
afterAll(() => {
  oracle?.remove();
});

/** Cases in which an engine says something else than ours, the shortest first. */
async function differences(cases: readonly PolicyCase[], engines: readonly Engine[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (let start = 0; start < cases.length; start += batch) {
    const some = cases.slice(start, start + batch);
    const said = (await oracle?.ask(some, engines)) ?? [];
    for (const [index, one] of some.entries()) {
      const own = verdictsOf(one);
      for (const engine of engines) {
        const other: Verdicts | undefined = said[index]?.[engine];
        if (JSON.stringify(other) !== JSON.stringify(own)) {
          found.push(JSON.stringify({ engine, one, own, other }));
        }
      }
    }
  }
  return found.toSorted((one, other) => one.length - other.length);
}

const sample = (plain: boolean): readonly PolicyCase[] =>
  fc.sample(arbitraryPolicyCase({ plain }), { seed, numRuns: count });

it(`agrees with kube-network-policies and cyclonus on ${count} sets without what cyclonus takes otherwise: NotIn, and empty values of labels (seed ${seed})`, async () => {
  expect((await differences(sample(true), ["kube-network-policies", "cyclonus"]))[0]).toBeUndefined();
});

it(`agrees with kube-network-policies on ${count} sets with both of them (seed ${seed})`, async () => {
  expect((await differences(sample(false), ["kube-network-policies"]))[0]).toBeUndefined();
});

it("has recorded what kube-network-policies says of the cases of the unit tests", async () => {
  const cases = fc.sample(arbitraryPolicyCase({ plain: false }), { seed: 13, numRuns: 400 });
  const said = (await oracle?.ask(cases, ["kube-network-policies"])) ?? [];
  const hash = (value: unknown): string =>
    createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
  const lines = cases.map((one, index) => `${hash(one)} ${hash(said[index]?.["kube-network-policies"])}\n`).join("");
  const file = new URL("../../src/core/policies/testdata/verdicts.txt", import.meta.url);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    writeFileSync(file, lines);
  }
  expect(lines).toBe(readFileSync(file, "utf8"));
});
