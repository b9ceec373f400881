/**
 * Percents that sum up to 100 as whole ones that do: rounded down, and what that
 * loses goes to the largest remainders, of equal ones to the first.
 */
export function wholePercents(exact: readonly number[]): readonly number[] {
  const whole = exact.map(Math.floor);
  const lost = 100 - whole.reduce((sum, one) => sum + one, 0);
  const byRemainder = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, lost).map(({ index }) => index));
  return whole.map((one, index) => one + (raised.has(index) ? 1 : 0));
}
