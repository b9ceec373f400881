import type { VersionVerdict } from "../../core/decide/weights.ts";
import { judgeOnePerson } from "../../core/decide/one-person.ts";
import { judgeWeights } from "../../core/decide/weights.ts";
import type { MeasureInput, SplitMeasurement } from "./measure-split.ts";
import { measureSplit } from "./measure-split.ts";

/** The test of the weights is wrong about a true split at most once in a thousand runs. */
export const significance = 0.001;

export interface JudgedSplit {
  readonly measured: SplitMeasurement;
  /** Empty where it is not known where requests went. */
  readonly weights: readonly VersionVerdict[];
  /** What the requests before gave, where they were sent a second time since that was not as asked. */
  readonly before?: readonly VersionVerdict[];
}

/**
 * Measures a split and judges it by the asked weights (version → percentage).
 * One that is not as asked is measured a second time with as many requests,
 * and the second one counts: of true splits one in a thousand is called wrong,
 * and on a busy machine a worker thread of Envoy can still send by the routes
 * that its admin page does not show any more (routes are posted to each worker:
 * https://blog.envoyproxy.io/envoy-threading-model-a8d44b922310). A split that
 * is wrong is wrong both times. Rejects as `measureSplit` does.
 */
export async function judgeSplit(
  input: MeasureInput,
  asked: Readonly<Record<string, number>>,
  options: { readonly signal: AbortSignal },
): Promise<JudgedSplit> {
  return judgeMeasured(async () => measureSplit(input, options), input, asked);
}

/** The same of any measurement, which is made once or twice. */
export async function judgeMeasured(
  measure: () => Promise<SplitMeasurement>,
  input: Pick<MeasureInput, "service" | "person">,
  asked: Readonly<Record<string, number>>,
): Promise<JudgedSplit> {
  const first = await measure();
  const before = judge(first, input, asked);
  if (!before.some((one) => one.verdict === "differs") || first.tally.failures.length > 0) {
    return { measured: first, weights: before };
  }
  const second = await measure();
  const measured = { ...second, attempts: first.attempts + second.attempts };
  return { measured, weights: judge(measured, input, asked), before };
}

function judge(
  measured: SplitMeasurement,
  { service, person }: Pick<MeasureInput, "service" | "person">,
  asked: Readonly<Record<string, number>>,
): readonly VersionVerdict[] {
  if (measured.kind !== "counted") {
    return [];
  }
  const counts = service.versions.map(({ name }) => ({
    version: name,
    answers: measured.answers[name] ?? 0,
    asked: asked[name] ?? 0,
  }));
  const judgeCounts = person === undefined ? judgeWeights : judgeOnePerson;
  return judgeCounts(counts, significance, measured.unattributed);
}
