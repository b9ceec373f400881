import { describeLimit } from "../../../core/decide/answer-times.ts";
import type { VersionStanding } from "../../../core/decide/error-gate.ts";
import { standingOf, sureTries } from "../../../core/decide/error-gate.ts";
import type { Weights } from "../../../core/decide/shift-steps.ts";
import { describeWeights } from "../../../core/decide/shift-steps.ts";
import type { Route } from "../../../core/model/mesh.ts";
import type { ShiftPreview } from "../../../engine/operations/progressive-shift.ts";
import type { JudgedGate, WatchedRequests } from "../../../engine/operations/shift-gate.ts";
import type { ShiftOutcome } from "../../../engine/operations/shift.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewField } from "./plan.ts";

/** What a shift would change, cluster by cluster. */
export function viewShiftPlan({ target, prepared, steps }: ShiftPreview, palette: Palette): string {
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
  const more = steps.length > 1 ? [`in ${steps.length} steps: ${steps.map(describeWeights).join(", ")}`] : [];
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

/** What ingress gateways have counted in a step, a line for each gate and version, with a mark for those that are judged. */
export function viewWatchedRequests(requests: WatchedRequests, palette: Palette): string {
  const gone = requests.left.map(
    ({ version, left, begun, tooMany }) =>
      `${tooMany ? palette.changed("?") : " "} ${version}  clients of ${left} of ${begun} tries left before the answer`,
  );
  const lines = [...requests.judged.flatMap((one) => viewGate(one, requests, palette)), ...gone];
  return [
    ...lines,
    ...requests.unread.map(
      ({ cluster, of }) => `${palette.changed("?")} ${cluster}  ${of === "all" ? "not counted" : "no times"}`,
    ),
  ].join("\n");
}

function viewGate({ of, gate }: JudgedGate, { raised, limitMs }: WatchedRequests, palette: Palette): readonly string[] {
  const limit = `${Number((gate.limit * 100).toPrecision(3))} %`;
  const says: Readonly<Record<VersionStanding, readonly [mark: string, words: string]>> = {
    good: [palette.good("√"), `, at most ${limit} may`],
    few: [palette.changed("?"), `, too few to tell ${limit}: it takes ${sureTries(gate.limit)}`],
    unseen: [palette.changed("?"), ""],
    fails: [palette.bad("×"), `, at most ${limit} may`],
    beside: [" ", ""],
  };
  const counted =
    of === "errors"
      ? { none: "no request", some: "tries failed" }
      : { none: "no answer with a time", some: `answers had not come within ${describeLimit(limitMs ?? 0)}` };
  const names = [...new Set([...Object.keys(gate.versions), ...raised])];
  return names.map((name) => {
    const { answered = 0, failed = 0 } = gate.versions[name] ?? {};
    const tries = answered + failed;
    const [mark, words] = says[standingOf(gate, name, raised)];
    const share = tries === 0 ? "" : ` (${Number(((failed / tries) * 100).toPrecision(2))} %)`;
    return `${mark} ${name}  ${tries === 0 ? counted.none : `${failed} of ${tries} ${counted.some}${share}`}${words}`;
  });
}
