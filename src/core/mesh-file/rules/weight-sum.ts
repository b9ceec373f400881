import type { MeshDraft } from "../draft.ts";
import { entriesOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { routesOf } from "../walk-draft.ts";
import { isWeight } from "./weight-range.ts";

/** The weights of a route share out all of its requests. */
export function checkWeightSum(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(({ value, path }) => {
    const entries = entriesOf(value.weights);
    const complete = value.weights !== undefined && entries.length === Object.keys(value.weights).length;
    const sum = entries.reduce((total, [, weight]) => total + weight, 0);
    if (!complete || sum === 100 || !entries.every(([, weight]) => isWeight(weight))) {
      return [];
    }
    return [
      {
        code: "ISM128",
        path: [...path, "weights"],
        detail: `The weights of route ${value.name ?? "without a name"} ${entries.length === 0 ? "are empty" : `(${entries.map(([name, weight]) => `${name} ${weight}`).join(", ")}) sum to ${sum}`}. They are percentages of all requests, so they have to sum to 100.`,
        fix: "Correct the weights; a version that is left out gets 0.",
      },
    ];
  });
}
