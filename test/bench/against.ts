import type { Figure } from "./measure.ts";
import { timed } from "./measure.ts";
import type { ShiftBench } from "./shift.ts";
import { ingressUrls, shift, untilObeyed } from "./shift.ts";

const pairs = { check: 9, shift: 5 };
/** What looking at more may cost (issue: right answers first). */
const mostTimes = 1.5;

/**
 * Check and shift beside the program of another checkout (`other`, its
 * launcher), on the same clusters and in turn, so that a machine whose speed
 * drifts slows both. The middle of each.
 */
export async function benchAgainst(bench: ShiftBench, other: string): Promise<readonly Figure[]> {
  const before: ShiftBench = { ...bench, program: other };
  const checkOf = async ({ program, file, env }: ShiftBench): Promise<number> =>
    (await timed(program, ["check", "-f", file], env)).seconds;
  const urls = await ingressUrls(bench);
  const shiftOf = async (one: ShiftBench): Promise<number> => {
    // What one of the two has rendered need not be what the other one moves.
    await timed(one.program, ["apply", "-f", one.file, "--yes", "--force-conflicts"], one.env);
    await shift(one, 100, 0);
    await untilObeyed(urls, "v1", async () => {});
    const there = await untilObeyed(urls, "v2", async () => shift(one, 0, 100));
    const back = await untilObeyed(urls, "v1", async () => shift(one, 100, 0));
    return (there + back) / 2;
  };
  return [
    figureOf("check", await inTurn(bench, before, checkOf, pairs.check)),
    figureOf("shift, Enter to obeyed on both", await inTurn(bench, before, shiftOf, pairs.shift)),
  ];
}

interface Pair {
  readonly value: number;
  readonly beside: number;
}

/** The pair whose ratio is the middle one. */
async function inTurn(
  bench: ShiftBench,
  before: ShiftBench,
  once: (one: ShiftBench) => Promise<number>,
  runs: number,
): Promise<Pair> {
  // Once unmeasured: what both keep between runs is there then.
  await once(before);
  await once(bench);
  const measured: Pair[] = [];
  for (let pair = 0; pair < runs; pair += 1) {
    const beside = await once(before);
    measured.push({ beside, value: await once(bench) });
  }
  measured.sort((a, b) => a.value / a.beside - b.value / b.beside);
  const middle = measured[Math.floor(runs / 2)];
  if (middle === undefined) {
    throw new Error("nothing was measured");
  }
  return middle;
}

function figureOf(name: string, { value, beside }: Pair): Figure {
  return { name, value, unit: "s", goal: mostTimes * beside, beside: { name: "the other checkout", value: beside } };
}
