const units: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a Go-style duration (`90s`, `1h30m`), days also allowed (`14d`); undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|d|h|m|s))+$/.test(text)) {
    return undefined;
  }
  let seconds = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|d|h|m|s)/g)) {
    seconds += Number(amount) * (units[unit ?? ""] ?? 0);
  }
  return seconds;
}
