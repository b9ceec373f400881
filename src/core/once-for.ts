/**
 * Looks up what `index` makes of something that never changes, and makes it
 * once, for as long as that is held: of a fleet the same is asked for each of
 * a million pairs of clusters.
 */
export function onceFor<Subject extends object, Index>(
  index: (subject: Subject) => Index,
): (subject: Subject) => Index {
  const known = new WeakMap<Subject, { readonly index: Index }>();
  return (subject) => {
    const found = known.get(subject) ?? { index: index(subject) };
    known.set(subject, found);
    return found.index;
  };
}

/** The texts of a list that never changes, to ask whether one is among them. */
export const setOf = onceFor((items: readonly string[]): ReadonlySet<string> => new Set(items));
