/** A solver of an ACME issuer of cert-manager, as far as it decides which names it proves. */
export interface Solver {
  readonly http01?: unknown;
  readonly dns01?: unknown;
  readonly selector?: {
    readonly dnsNames?: readonly string[];
    readonly dnsZones?: readonly string[];
    readonly matchLabels?: Readonly<Record<string, string>>;
  };
}

/**
 * How cert-manager proves a name with these solvers: by a page (`http01`), by a
 * record (`dns01`), or not at all, for a Certificate with these labels. Of the
 * solvers that fit the one whose selector says most is taken, names before
 * zones before labels, and of alike ones the first
 * (https://cert-manager.io/docs/configuration/acme/#adding-multiple-solver-types).
 * ACME servers offer no page for a wildcard (RFC 8555, 7.1.3 and 8.3).
 */
export function pickSolver(
  solvers: readonly Solver[],
  name: string,
  labels: Readonly<Record<string, string>>,
): "http01" | "dns01" | undefined {
  const fitting = solvers.flatMap(({ http01, dns01, selector = {} }) => {
    const type =
      http01 !== undefined && !name.startsWith("*.")
        ? ("http01" as const)
        : dns01 === undefined
          ? undefined
          : ("dns01" as const);
    const fit = fitOf(selector, name, labels);
    return type === undefined || fit === undefined ? [] : [{ type, fit }];
  });
  return fitting.toSorted((left, right) => compare(right.fit, left.fit))[0]?.type;
}

/** How much a selector says of a name: whether it names it, labels of its zone, labels of the Certificate; undefined where it does not fit. */
function fitOf(
  { dnsNames = [], dnsZones = [], matchLabels = {} }: NonNullable<Solver["selector"]>,
  name: string,
  labels: Readonly<Record<string, string>>,
): readonly number[] | undefined {
  // Zones are compared as DNS does, names as texts; a zone with a dot at its end is never found (findings/cert-manager-zones-end-without-a-dot.sh).
  const zones = dnsZones
    .map((zone) => zone.toLowerCase())
    .filter((zone) => name.toLowerCase() === zone || name.toLowerCase().endsWith(`.${zone}`));
  const wanted = Object.entries(matchLabels);
  return (dnsNames.length > 0 && !dnsNames.includes(name)) ||
    (dnsZones.length > 0 && zones.length === 0) ||
    wanted.some(([key, value]) => labels[key] !== value)
    ? undefined
    : [Math.min(dnsNames.length, 1), Math.max(0, ...zones.map((zone) => zone.split(".").length)), wanted.length];
}

function compare(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((value, index) => value !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
