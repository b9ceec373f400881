/** How tries of requests ended that proxies gave to a version's endpoints: below 500, or else by 500 and above, a reset or a time-out. */
export interface TryCounts {
  readonly answered: number;
  readonly failed: number;
}

/** What is known of versions since the gate was set, and how much it speaks against the limit. */
export interface ErrorGate {
  /** The share of tries that may fail, from above 0 to below 1. */
  readonly limit: number;
  readonly versions: Readonly<Record<string, VersionRecord>>;
}

export interface VersionRecord extends TryCounts {
  /** For each of `alternatives`, the logarithm of how much more likely it makes what was seen than the limit does. */
  readonly evidence: readonly number[];
}

/**
 * `passes`: nothing speaks against going on. `exceeds`: these versions fail more
 * than the limit, and the others do not. `everywhere`: the others do too, so
 * that it is not the shift. `unseen`: no request has reached one of them.
 */
export type GateVerdict =
  | { readonly kind: "passes" }
  | { readonly kind: "exceeds" | "everywhere" | "unseen"; readonly versions: readonly string[] };

/** How many times the limit the share of failures may be instead. A mixture of them sees a small excess late and a large one early. */
const alternatives = [1.5, 2, 3, 5, 10, 30, 100];

/** One in a hundred shifts of a version that fails at the limit itself is stopped by chance; fewer of one that is better. */
const evidenceAgainst = Math.log(100);

/** For the other versions, which only acquit, less is asked. */
const evidenceBeside = Math.log(10);

/** A gate that has seen nothing. */
export function setGate(limit: number): ErrorGate {
  return { limit, versions: {} };
}

/** The gate with what was counted since it was asked last. */
export function countTries(gate: ErrorGate, counts: Readonly<Record<string, TryCounts>>): ErrorGate {
  const versions = Object.entries(counts).map(([name, more]): readonly [string, VersionRecord] => {
    const known = gate.versions[name] ?? { answered: 0, failed: 0, evidence: alternatives.map(() => 0) };
    return [
      name,
      {
        answered: known.answered + more.answered,
        failed: known.failed + more.failed,
        evidence: alternatives.map(
          (times, index) => (known.evidence[index] ?? 0) + evidenceIn(more, gate.limit, times),
        ),
      },
    ];
  });
  return { ...gate, versions: { ...gate.versions, ...Object.fromEntries(versions) } };
}

/**
 * Judges after every look, as often as wanted: a test that may be asked at any
 * time and stops when its evidence is enough. The mixture's likelihood ratio
 * against the limit exceeds 100 with a probability of at most one in a hundred,
 * however long it is watched, when a version fails no more often than the limit
 * (Ville's inequality; Robbins 1970, Statistical methods related to the law of
 * the iterated logarithm; Johari and others 2017, Peeking at A/B tests). It
 * counts tries as independent of each other.
 */
export function judgeGate(gate: ErrorGate, raised: readonly string[]): GateVerdict {
  const exceeding = raised.filter((name) => evidenceOf(gate.versions[name]) >= evidenceAgainst);
  if (exceeding.length > 0) {
    const others = Object.entries(gate.versions).filter(([name]) => !raised.includes(name));
    const alike = others.some(([, record]) => evidenceOf(record) >= evidenceBeside);
    return { kind: alike ? "everywhere" : "exceeds", versions: exceeding };
  }
  const unseen = raised.filter((name) => triesOf(gate.versions[name]) === 0);
  return unseen.length > 0 ? { kind: "unseen", versions: unseen } : { kind: "passes" };
}

export function triesOf(record: TryCounts | undefined): number {
  return record === undefined ? 0 : record.answered + record.failed;
}

function evidenceIn({ answered, failed }: TryCounts, limit: number, times: number): number {
  const share = Math.min(limit * times, (1 + limit) / 2);
  return failed * Math.log(share / limit) + answered * Math.log((1 - share) / (1 - limit));
}

/** The logarithm of the mean of the alternatives' ratios. */
function evidenceOf(record: VersionRecord | undefined): number {
  if (record === undefined) {
    return 0;
  }
  const most = Math.max(...record.evidence);
  const sum = record.evidence.reduce((all, one) => all + Math.exp(one - most), 0);
  return most + Math.log(sum / record.evidence.length);
}
