/**
 * The results of `work` in the order of the items. While one result is used,
 * the next `ahead` are made, and never more, so that a long list needs no more
 * memory than a short one. The first failure ends it; work that was begun is waited for.
 */
export async function* mapAhead<Item, Result>(
  items: readonly Item[],
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const begun: Promise<Result>[] = [];
  let next = 0;
  const begin = (): void => {
    const item = items[next];
    if (next < items.length && item !== undefined) {
      const result = work(item);
      // Whoever waits for it gets the failure; until then it is not an unhandled one.
      result.catch(() => {});
      begun.push(result);
      next += 1;
    }
  };
  try {
    while (begun.length < ahead && next < items.length) {
      begin();
    }
    for (let first = begun.shift(); first !== undefined; first = begun.shift()) {
      const result = await first;
      begin();
      yield result;
    }
  } finally {
    await Promise.allSettled(begun);
  }
}
