import type { Surroundings } from "./admitting-policies.ts";
import { admittingPolicies } from "./admitting-policies.ts";
import type { Connection } from "./policy-pod.ts";
import { kubectlLine } from "../kubectl-line.ts";

/** What admits closed connections beside the policies that are there: a sentence, and a command that works as it stands, in any shell. */
export function describeAdmitting(context: string, closed: readonly Connection[], around: Surroundings): string {
  const { policies, unlabelled, taken, spared } = admittingPolicies(closed, around);
  const without =
    unlabelled.length === 0
      ? []
      : [
          `No policy can admit what ${unlabelled.join(", ")} ${unlabelled.length === 1 ? "needs: it has" : "need: they have"} no labels to select by, so give ${unlabelled.length === 1 ? "it" : "them"} one first.`,
        ];
  const apart =
    spared.length === 0
      ? []
      : [
          `No label tells ${spared.join(", ")} from pods that need more, and no policy selects ${spared.length === 1 ? "it" : "them"} yet: one that does would close everything else to ${spared.length === 1 ? "it" : "them"}. Give the others a label first.`,
        ];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: policies });
  const but = taken.length === 0 ? "" : ` (but for ${taken.join(", ")}, which no label tells apart)`;
  const command =
    policies.length === 0
      ? []
      : [
          `This admits what is closed here and nothing else${but}:\n    echo '${list}' | ${kubectlLine(context, "apply", "-f", "-")}`,
        ];
  return [...without, ...apart, ...command].join(" ");
}
