/** Numbers of https://www.iana.org/assignments/dns-parameters. */
export const recordTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  TSIG: 250,
} as const;

export type WireType = keyof typeof recordTypes;

export const classes = { IN: 1, NONE: 254, ANY: 255 } as const;

export const opcodes = { query: 0, update: 5 } as const;

const rcodes: Readonly<Record<number, string>> = {
  0: "NOERROR",
  1: "FORMERR",
  2: "SERVFAIL",
  3: "NXDOMAIN",
  4: "NOTIMP",
  5: "REFUSED",
  6: "YXDOMAIN",
  7: "YXRRSET",
  8: "NXRRSET",
  9: "NOTAUTH",
  10: "NOTZONE",
};

const tsigErrors: Readonly<Record<number, string>> = {
  16: "BADSIG",
  17: "BADKEY",
  18: "BADTIME",
  22: "BADTRUNC",
};

/** The name of an answer's code, `REFUSED`. */
export function rcodeName(rcode: number): string {
  return rcodes[rcode] ?? `RCODE ${rcode}`;
}

/** The name of an error in a TSIG record, `BADKEY`; undefined for none (RFC 8945, 3). */
export function tsigErrorName(error: number): string | undefined {
  return error === 0 ? undefined : (tsigErrors[error] ?? `error ${error}`);
}
