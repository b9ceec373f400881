import type { Weights } from "../../../core/decide/shift-steps.ts";
import { describeWeights } from "../../../core/decide/shift-steps.ts";
import type { Route } from "../../../core/model/mesh.ts";
import type { ShiftPreview } from "../../../engine/operations/progressive-shift.ts";
import type { WatchedErrors } from "../../../engine/operations/shift-gate.ts";
import type { ShiftOutcome } from "../../../engine/operations/shift.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewField } from "./plan.ts";

/** What a shift would change, cluster by cluster. */
export function viewShiftPlan({ target, prepared, final, steps }: ShiftPreview, palette: Palette): string {
  const name = `VirtualService ${target.service.namespace}/${target.route.name}`;
  const clusters = prepared.targets.flatMap((one) => {
    if (one.kind === "unreachable") {
      return [`${palette.strong(one.cluster)}  ${palette.bad("× does not answer")}: ${one.diagnostic.summary}`];
    }
    if (one.fields.length === 0) {
      return [palette.strong(one.cluster), palette.dim(`  no changes (${name})`)];
    }
    return [
      palette.strong(one.cluster),
      palette.changed(`  ~ ${name}`),
      ...one.fields.map((field) => viewField(field, palette)),
    ];
  });
  const more = steps > 1 ? [`in ${steps} steps to ${describeWeights(final)}`] : [];
  return [...clusters, ...more].join("\n");
}

/** How a shift (or one step of it) ended. */
export function viewShift(
  target: { readonly route: Route },
  weights: Weights,
  outcomes: readonly ShiftOutcome[],
  palette: Palette,
): string {
  const says = {
    shifted: "shifted",
    unchanged: "had these weights already",
    notTaken: "written, and not obeyed by its gateways",
    notServed: "written, and not served: its gateways have no certificate for the route",
    failed: "failed",
    unreachable: "does not answer",
  };
  return outcomes
    .map((outcome) => {
      const good = outcome.state === "shifted" || outcome.state === "unchanged";
      return `${good ? palette.good("√") : palette.bad("×")} ${outcome.cluster}  ${target.route.name} ${describeWeights(weights)}: ${says[outcome.state]}`;
    })
    .join("\n");
}

/** What ingress gateways have counted since the shift began, a line for each version, and whether that is a reason to stop. */
export function viewWatchedErrors({ gate, verdict, unread }: WatchedErrors, palette: Palette): string {
  const judged = "versions" in verdict ? verdict.versions : [];
  const limit = `${Number((gate.limit * 100).toPrecision(3))} %`;
  const lines = Object.entries(gate.versions).map(([name, { answered, failed }]) => {
    const tries = answered + failed;
    const share = tries === 0 ? "" : ` (${Number(((failed / tries) * 100).toPrecision(2))} %)`;
    const mark = judged.includes(name) ? palette.bad(verdict.kind === "unseen" ? "?" : "×") : palette.good("√");
    return `${mark} ${name}  ${failed} of ${tries} tries failed${share}, at most ${limit} may`;
  });
  const unseen = judged
    .filter((name) => !(name in gate.versions))
    .map((name) => `${palette.bad("?")} ${name}  no request`);
  const silent = unread.map(({ cluster }) => `${palette.bad("?")} ${cluster}  not counted`);
  return [...lines, ...unseen, ...silent].join("\n");
}
