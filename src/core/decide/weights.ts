/** How many requests went to one version. */
export interface VersionCount {
  readonly version: string;
  readonly answers: number;
  /** Asked percentage, 0 to 100. */
  readonly asked: number;
}

/** A version's measured share beside the asked one. Shares and bounds are fractions, 0 to 1. */
export interface VersionVerdict extends VersionCount {
  readonly measured: number;
  /** Clopper–Pearson interval at `1 - level`. */
  readonly low: number;
  readonly high: number;
  /** Probability of a count at least as unlikely, if the asked share were true. */
  readonly pValue: number;
  /**
   * `agrees`: the asked share may be true. `differs`: it is not. `open`:
   * requests of which the version is not known can be the difference, or there was no request.
   */
  readonly verdict: "agrees" | "differs" | "open";
  /** True when `verdict` is agrees. */
  readonly agrees: boolean;
}

/**
 * Tests measured counts against asked weights: one exact two-sided binomial
 * test per version, at `level` divided by the number of versions (Bonferroni),
 * so that the whole answer is wrong with a probability of at most `level`.
 * With two versions both tests are the same one, and nothing is divided.
 *
 * Shares are of all requests. `unattributed` are requests that may have gone to
 * any version: a share differs only when none of the counts that they leave
 * possible would agree with it, and agrees only when all would.
 */
export function judgeWeights(
  counts: readonly VersionCount[],
  level: number,
  unattributed = 0,
): readonly VersionVerdict[] {
  const total = counts.reduce((sum, one) => sum + one.answers, unattributed);
  const perTest = counts.length <= 2 ? level : level / counts.length;
  return counts.map((count) => {
    if (total === 0) {
      return { ...count, measured: 0, low: 0, high: 1, pValue: 1, verdict: "open", agrees: false };
    }
    const asked = count.asked / 100;
    const most = count.answers + unattributed;
    const likeliest = Math.min(most, Math.max(count.answers, Math.round(asked * total)));
    const pValues = [count.answers, most, likeliest].map((answers) => binomialTest(answers, total, asked));
    const fits = pValues.filter((one) => one >= perTest).length;
    const [low] = clopperPearson(count.answers, total, perTest);
    const [, high] = clopperPearson(most, total, perTest);
    return {
      ...count,
      measured: count.answers / total,
      low,
      high,
      pValue: Math.max(...pValues),
      verdict: fits === pValues.length ? "agrees" : fits === 0 ? "differs" : "open",
      agrees: fits === pValues.length,
    };
  });
}

/**
 * Exact two-sided binomial test: the sum of the probabilities of all counts
 * that are at most as likely as the one seen (as R's binom.test).
 */
export function binomialTest(successes: number, trials: number, share: number): number {
  if (share <= 0) {
    return successes === 0 ? 1 : 0;
  }
  if (share >= 1) {
    return successes === trials ? 1 : 0;
  }
  const seen = logBinomial(successes, trials, share);
  // Equal likelihoods differ in the last bits; R allows the same relative slack.
  const limit = seen + 1e-7;
  let sum = 0;
  for (let count = 0; count <= trials; count += 1) {
    const log = logBinomial(count, trials, share);
    if (log <= limit) {
      sum += Math.exp(log);
    }
  }
  return Math.min(1, sum);
}

/** The exact interval of a binomial share that misses the true one with a probability of at most `level`. */
export function clopperPearson(successes: number, trials: number, level: number): readonly [number, number] {
  const low = successes === 0 ? 0 : solve((share) => upperTail(successes, trials, share) - level / 2);
  const high = successes === trials ? 1 : solve((share) => level / 2 - lowerTail(successes, trials, share));
  return [low, high];
}

/** The root of a rising function on 0..1, by bisection. */
function solve(rising: (share: number) => number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return (low + high) / 2;
}

function upperTail(from: number, trials: number, share: number): number {
  let sum = 0;
  for (let count = from; count <= trials; count += 1) {
    sum += Math.exp(logBinomial(count, trials, share));
  }
  return sum;
}

function lowerTail(to: number, trials: number, share: number): number {
  let sum = 0;
  for (let count = 0; count <= to; count += 1) {
    sum += Math.exp(logBinomial(count, trials, share));
  }
  return sum;
}

function logBinomial(successes: number, trials: number, share: number): number {
  return (
    logFactorial(trials) -
    logFactorial(successes) -
    logFactorial(trials - successes) +
    (successes === 0 ? 0 : successes * Math.log(share)) +
    (trials === successes ? 0 : (trials - successes) * Math.log1p(-share))
  );
}

const logFactorials: number[] = [0];

function logFactorial(n: number): number {
  for (let next = logFactorials.length; next <= n; next += 1) {
    logFactorials.push((logFactorials[next - 1] ?? 0) + Math.log(next));
  }
  return logFactorials[n] ?? 0;
}
