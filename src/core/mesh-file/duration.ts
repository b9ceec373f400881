const secondsPerUnit: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

/**
 * A duration of the mesh file in seconds, or undefined when it is none. The
 * form is Go's (https://pkg.go.dev/time#ParseDuration) without a sign, with `d`
 * for days of 24 hours: `90s`, `1h30m`, `1.5h`, `14d`.
 */
export function readDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/.test(text)) {
    return undefined;
  }
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    seconds += Number(amount) * (secondsPerUnit[unit ?? ""] ?? 0);
  }
  return seconds;
}

/** Whether a duration is one or more of a unit and no part of one; `perSecond` says how many of them a second has. */
export function isWhole(text: string, perSecond: number): boolean {
  const count = (readDuration(text) ?? 0) * perSecond;
  return count >= 1 && Math.abs(count - Math.round(count)) < 1e-6;
}
