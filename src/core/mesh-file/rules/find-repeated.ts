/** Each item whose key an earlier one has too, with the first that has it. Items without a key are passed over. */
export function findRepeated<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
): readonly { readonly item: T; readonly first: T }[] {
  const firsts = new Map<string, T>();
  const repeated: { item: T; first: T }[] = [];
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) {
      const first = firsts.get(key);
      if (first === undefined) {
        firsts.set(key, item);
      } else {
        repeated.push({ item, first });
      }
    }
  }
  return repeated;
}
