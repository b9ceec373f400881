import type { MeshDraft } from "../draft.ts";
import { entriesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { routesOf } from "../walk-draft.ts";

/** True for what a weight can be. */
export function isWeight(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 100;
}

/** Weights are whole percentages. */
export function checkWeightRange(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(({ value, path }) =>
    entriesOf(value.weights)
      .filter(([, weight]) => !isWeight(weight))
      .map(([version, weight]) => ({
        code: "ISM130" as const,
        path: [...path, "weights", version],
        detail: `The weight of ${version} is ${weight}. Istio takes whole numbers from 0 to 100 only.`,
        fix: "Write a whole number from 0 to 100.",
      })),
  );
}
