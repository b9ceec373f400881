/** Every item whose key an earlier one has, with the index of that first one. */
export function findDuplicates<T>(items: readonly T[], keyOf: (item: T) => string | undefined): readonly { readonly index: number; readonly first: number; readonly key: string }[] {
  const firsts = new Map<string, number>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    if (key === undefined) {
      return [];
    }
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, index);
      return [];
    }
    return [{ index, first, key }];
  });
}
