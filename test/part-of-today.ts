/**
 * Which of many like cases this run takes: every `parts`-th, and others each
 * day, so that `parts` days have had all; all of them with ISTHMUS_TESTS=all
 * (`npm run test:soak`). Keeps `npm test` short without leaving any case out for good.
 */
export function partOfToday<T>(all: readonly T[], parts: number, now = Date.now()): readonly T[] {
  return process.env["ISTHMUS_TESTS"] === "all" ? all : partOfDay(all, parts, now);
}

/** The same where another test takes all of them. */
export function partOfDay<T>(all: readonly T[], parts: number, now = Date.now()): readonly T[] {
  const turn = Math.floor(now / 86_400_000) % parts;
  return all.filter((_, index) => index % parts === turn);
}

/** How many random inputs a property gets in this run: a quarter, other ones each time unless it is seeded; all of them with ISTHMUS_TESTS=all. */
export function runsOfToday(all: number): number {
  return process.env["ISTHMUS_TESTS"] === "all" ? all : Math.ceil(all / 4);
}
