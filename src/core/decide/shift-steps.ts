import { wholePercents } from "../routing/whole-percents.ts";

/** Version → percent; the values of one route, summing to 100. */
export type Weights = Readonly<Record<string, number>>;

/**
 * The weights to pass through on the way from `from` to `to`, `to` included
 * and `from` not: no version moves by more than `step` percent at once, every
 * one sums to 100. Without a step it is `to` alone.
 */
export function planSteps(from: Weights, to: Weights, step: number | undefined): readonly Weights[] {
  const versions = Object.keys(to);
  const largest = Math.max(...versions.map((version) => Math.abs((to[version] ?? 0) - (from[version] ?? 0))));
  if (step === undefined || step <= 0 || largest <= step) {
    return [to];
  }
  const count = Math.ceil(largest / step);
  const steps: Weights[] = [];
  for (let index = 1; index < count; index += 1) {
    steps.push(between(from, to, index / count));
  }
  return [...steps, to];
}

/**
 * The weights at these parts of the way from `from` to `to`, in percent and
 * rising, `to` at the end whether it is named or not. Parts that round to the
 * same weights are one step.
 */
export function planStepsAt(from: Weights, to: Weights, parts: readonly number[]): readonly Weights[] {
  const ways = parts.filter((part) => part < 100).map((part) => between(from, to, part / 100));
  const known = new Set([from, to].map(describeWeights));
  const distinct = ways.filter((weights) => {
    const text = describeWeights(weights);
    const isNew = !known.has(text);
    known.add(text);
    return isNew;
  });
  return [...distinct, to];
}

/** `v1=90 v2=10`, as on a command line. */
export function describeWeights(weights: Weights): string {
  return Object.entries(weights)
    .map(([version, percent]) => `${version}=${percent}`)
    .join(" ");
}

function between(from: Weights, to: Weights, part: number): Weights {
  const versions = Object.keys(to);
  const exact = versions.map((version) => (from[version] ?? 0) + ((to[version] ?? 0) - (from[version] ?? 0)) * part);
  const rounded = wholePercents(exact);
  return Object.fromEntries(versions.map((version, index) => [version, rounded[index] ?? 0]));
}
