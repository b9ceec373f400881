/** How tries of requests ended that proxies gave to a version's endpoints: below 500, or else by 500 and above, a reset or a time-out. */
export interface TryCounts {
  readonly answered: number;
  readonly failed: number;
}

/** What was counted of versions in one step of a shift, and how much it speaks against the limit. What went well in an earlier step, with less load, says nothing about this one. */
export interface ErrorGate {
  /** The share of tries that may fail, from above 0 to below 1. */
  readonly limit: number;
  /** In how many steps of the shift it is asked: the error of the test is shared out among them. */
  readonly steps: number;
  readonly versions: Readonly<Record<string, VersionRecord>>;
}

export interface VersionRecord extends TryCounts {
  /**
   * For each look of the step, and each of `alternatives`, the logarithm of how
   * much more likely a share of failures that began to be so high at that look
   * makes what was seen since than the limit does.
   */
  readonly evidence: readonly (readonly number[])[];
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
const alternatives = [3, 6, 40];

/** One in a hundred shifts of a version that fails at the limit itself is stopped by chance; fewer of one that is better. */
const errorOfTest = 0.01;

/** For the other versions, which only acquit, less is asked. */
const evidenceBeside = Math.log(10);

/** How much of the weight is on a version that fails from the beginning of the step on; the rest is on later looks. */
const fromTheBeginning = 0.9;

/** The gate of a step, one of so many, that has seen nothing. */
export function setGate(limit: number, steps: number): ErrorGate {
  return { limit, steps, versions: {} };
}

/** The gate with what was counted since it was asked last: one look. */
export function countTries(gate: ErrorGate, counts: Readonly<Record<string, TryCounts>>): ErrorGate {
  const versions = Object.entries(counts).map(([name, more]): readonly [string, VersionRecord] => {
    const { answered, failed, evidence } = gate.versions[name] ?? { answered: 0, failed: 0, evidence: [] };
    const added = alternatives.map((times) => evidenceIn(more, gate.limit, times));
    const grown = evidence.map((since) => since.map((one, index) => one + (added[index] ?? 0)));
    return [name, { answered: answered + more.answered, failed: failed + more.failed, evidence: [...grown, added] }];
  });
  return { ...gate, versions: { ...gate.versions, ...Object.fromEntries(versions) } };
}

/**
 * Judges after every look, as often as wanted: a test that may be asked at any
 * time and stops when its evidence is enough. The likelihood ratio against the
 * limit, mixed over higher shares and over the looks from which on they hold,
 * exceeds 100 in some step of a shift with a probability of at most one in a
 * hundred, however long it is watched, when a version fails no more often than
 * the limit (Ville's inequality; Johari and others 2017, Peeking at A/B tests;
 * for the change, Shin, Ramdas and Rinaldo 2022, E-detectors). It counts tries
 * as independent of each other.
 */
export function judgeGate(gate: ErrorGate, raised: readonly string[]): GateVerdict {
  const exceeding = raised.filter((name) => exceeds(gate, name));
  if (exceeding.length > 0) {
    const others = Object.keys(gate.versions).filter((name) => !raised.includes(name));
    return { kind: others.some((name) => failsToo(gate, name)) ? "everywhere" : "exceeds", versions: exceeding };
  }
  const unseen = raised.filter((name) => triesOf(gate.versions[name]) === 0);
  return unseen.length > 0 ? { kind: "unseen", versions: unseen } : { kind: "passes" };
}

/**
 * What is known of one version. `few`: nothing speaks against it, and it had so
 * few tries that more failures than the limit may not have shown. `beside`: it
 * was not to be judged, and does not fail.
 */
export type VersionStanding = "good" | "few" | "unseen" | "fails" | "beside";

export function standingOf(gate: ErrorGate, name: string, raised: readonly string[]): VersionStanding {
  if (!raised.includes(name)) {
    return failsToo(gate, name) ? "fails" : "beside";
  }
  const tries = triesOf(gate.versions[name]);
  return exceeds(gate, name) ? "fails" : tries === 0 ? "unseen" : tries < sureTries(gate.limit) ? "few" : "good";
}

/** Of so many tries at least one fails in 95 of 100 cases where the share of failures is the limit. */
export function sureTries(limit: number): number {
  return Math.ceil(Math.log(0.05) / Math.log(1 - limit));
}

export function triesOf(record: TryCounts | undefined): number {
  return record === undefined ? 0 : record.answered + record.failed;
}

function exceeds(gate: ErrorGate, name: string): boolean {
  return evidenceOf(gate.versions[name]) >= Math.log(gate.steps / errorOfTest);
}

function failsToo(gate: ErrorGate, name: string): boolean {
  return evidenceOf(gate.versions[name]) >= evidenceBeside;
}

function evidenceIn({ answered, failed }: TryCounts, limit: number, times: number): number {
  const share = Math.min(limit * times, (1 + limit) / 2);
  return failed * Math.log(share / limit) + answered * Math.log((1 - share) / (1 - limit));
}

/** The logarithm of the mean of all ratios, weighed by when the change may have been; the weights sum to 1 at most. */
function evidenceOf(record: VersionRecord | undefined): number {
  const weighed = (record?.evidence ?? []).flatMap((since, look) => {
    const weight = look === 0 ? fromTheBeginning : (1 - fromTheBeginning) / (look * (look + 1));
    return since.map((one) => one + Math.log(weight / alternatives.length));
  });
  const most = weighed.reduce((max, one) => Math.max(max, one), Number.NEGATIVE_INFINITY);
  return most === Number.NEGATIVE_INFINITY
    ? 0
    : most + Math.log(weighed.reduce((sum, one) => sum + Math.exp(one - most), 0));
}
