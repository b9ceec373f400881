import { quantityFactors } from "../model/quantity.ts";

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
  const factor = quantityFactors[suffix] ?? 0;
  if (factor > 1) {
    return `${Math.floor(share * factor)}`;
  }
  return suffix === "m" ? `${Math.floor(share)}m` : `${Math.floor(share * 1000)}m`;
}
