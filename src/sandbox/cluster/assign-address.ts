import { formatAddress, parseRange } from "../network/ranges.ts";

/**
 * The address that a Service of type LoadBalancer gets: the one it has, else
 * the lowest of the range that no other has. The first and the last address of
 * the range are never handed out. Undefined when all are taken.
 */
export function assignAddress(
  range: string,
  current: string | undefined,
  taken: ReadonlySet<string>,
): string | undefined {
  const { first, last } = parseRange(range);
  if (current !== undefined && isInside(current, first, last) && !taken.has(current)) {
    return current;
  }
  for (let address = first + 1; address < last; address += 1) {
    const text = formatAddress(address);
    if (!taken.has(text)) {
      return text;
    }
  }
  return undefined;
}

function isInside(address: string, first: number, last: number): boolean {
  try {
    const value = parseRange(address).first;
    return value > first && value < last;
  } catch {
    // A status may hold anything (an IPv6 address, a host name); then it is none of ours.
    return false;
  }
}
