/** A rule of a decision: its verdict, or undefined when it has nothing to say about these facts. */
export type DecisionRule<Facts, Verdict> = (facts: Facts) => Verdict | undefined;

/** The verdict of the first rule that applies. The last rule of a chain must always apply; a chain without such a one is a bug. */
export function firstVerdict<Facts, Verdict>(chain: readonly DecisionRule<Facts, Verdict>[], facts: Facts): Verdict {
  for (const rule of chain) {
    const verdict = rule(facts);
    if (verdict !== undefined) {
      return verdict;
    }
  }
  throw new Error("the chain ends with a rule that always speaks");
}
