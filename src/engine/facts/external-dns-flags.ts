/** The flags of a container of external-dns. */
export interface ExternalDnsFlags {
  /** The value of a flag that is given once, `policy`: from the command line, else from the environment. */
  readonly valueOf: (flag: string) => string | undefined;
  /** All values of a flag that may be given again and again, `source`. */
  readonly valuesOf: (flag: string) => readonly string[];
  /** Whether a flag without a value is given, `once`, and not taken back by the same one as `no-once`. */
  readonly isOn: (flag: string) => boolean;
  /** What keeps flags from being known, in words; undefined where all are. */
  readonly unread?: string;
}

/**
 * Reads flags as external-dns does: `--flag=value`, `--flag value`, and where
 * the command line has none the variable EXTERNAL_DNS_FLAG, whose lines are
 * several values
 * (https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/ and
 * https://github.com/alecthomas/kingpin, DefaultEnvars). Flags out of a file
 * (`@file`), a shell or a Secret are not known.
 */
export function flagsOf(
  words: readonly string[],
  { values, unread }: { readonly values: ReadonlyMap<string, string>; readonly unread: readonly string[] },
): ExternalDnsFlags {
  const line = words.map((word) => expand(word, values));
  const given = new Map<string, string[]>();
  line.forEach((word, index) => {
    const [, flag, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const next = line[index + 1];
    const found = value ?? (next === undefined || next.startsWith("-") ? undefined : next);
    if (flag !== undefined && found !== undefined) {
      given.set(flag, [...(given.get(flag) ?? []), found]);
    }
  });
  const valuesOf = (flag: string): readonly string[] =>
    given.get(flag) ?? (values.get(variableOf(flag)) ?? "").split("\n").filter((value) => value !== "");
  const unknown = [
    ...line.filter((word) => word.startsWith("@")).map((word) => `flags of the file ${word.slice(1)}`),
    ...(/(?:^|\/)(?:ba|da|a)?sh$/.test(line[0] ?? "") ? ["flags that a shell puts together"] : []),
    ...unread.filter((name) => name.startsWith("all ") || isAsked(name, given)),
    ...line
      .flatMap((word) => [...word.matchAll(/\$\(([^)]*)\)/g)].map(([, name = ""]) => name))
      .filter((name) => unread.includes(name)),
  ];
  return {
    valuesOf,
    valueOf: (flag) => valuesOf(flag).at(-1),
    isOn: (flag) => {
      const last = line.findLast((word) => [`--${flag}`, `--no-${flag}`].includes(word));
      return last === undefined ? /^(?:1|t|true)$/i.test(values.get(variableOf(flag)) ?? "") : last === `--${flag}`;
    },
    ...(unknown.length === 0 ? {} : { unread: [...new Set(unknown)].join(", ") }),
  };
}

/** The flags that checks go by; a variable of another one may stay unread. */
const judged = [
  "txt-owner-id",
  "txt-prefix",
  "txt-suffix",
  "txt-wildcard-replacement",
  "policy",
  "registry",
  "source",
  "domain-filter",
  "annotation-prefix",
  "enable-legacy-annotation-prefix",
];

function isAsked(variable: string, given: ReadonlyMap<string, unknown>): boolean {
  return judged.some((flag) => variableOf(flag) === variable && !given.has(flag));
}

function variableOf(flag: string): string {
  return `EXTERNAL_DNS_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** `$(NAME)` as the kubelet expands it; what is not known stays as it is, and `$$(NAME)` is `$(NAME)`. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found, name: string | undefined) =>
    name === undefined ? "$" : (values.get(name) ?? found),
  );
}
