/** Kubernetes' suffixes of quantities, largest first, with what a number before them counts in. */
const suffixes: Readonly<Record<string, number>> = {
  Ei: 2 ** 60,
  Pi: 2 ** 50,
  Ti: 2 ** 40,
  Gi: 2 ** 30,
  Mi: 2 ** 20,
  Ki: 2 ** 10,
  E: 1e18,
  P: 1e15,
  T: 1e12,
  G: 1e9,
  M: 1e6,
  k: 1e3,
};

/**
 * The n-th part of a Kubernetes quantity, rounded down, in the quantity's own
 * suffix where that divides evenly: `12000m` by 2 is `6000m`, `1` by 2 is `500m`, `1Gi` by 3 is a number of bytes.
 */
export function divideQuantity(quantity: string, parts: number): string {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity);
  if (match === null || parts < 1) {
    return quantity;
  }
  const [, digits = "0", suffix = ""] = match;
  const share = Number(digits) / parts;
  if (Number.isInteger(share)) {
    return `${share}${suffix}`;
  }
  const factor = suffixes[suffix];
  if (factor !== undefined) {
    return `${Math.floor(share * factor)}`;
  }
  return suffix === "m" ? `${Math.floor(share)}m` : `${Math.floor(share * 1000)}m`;
}
