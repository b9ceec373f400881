import { isInZone } from "./dns-records.ts";
import { txtText } from "./txt-value.ts";

/** How a running external-dns names its owner records: `--txt-prefix`, `--txt-suffix`, `--txt-wildcard-replacement`. */
export interface OwnerRecordNaming {
  readonly prefix?: string;
  readonly suffix?: string;
  readonly wildcardReplacement?: string;
}

const recordTypes = ["a", "aaaa", "cname"] as const;

/**
 * Where an external-dns keeps the owner of a name: one TXT for each type, before 0.12 one for all
 * (https://github.com/kubernetes-sigs/external-dns/blob/v0.23.0/registry/mapper/mapper.go).
 * Without a naming that of its defaults. Names outside of the zone, and those that are too long, are left out: they cannot exist.
 */
export function externalDnsNames(
  name: string,
  zone: string,
  namings: readonly OwnerRecordNaming[] = [],
): readonly string[] {
  const names = [{}, ...namings].flatMap((naming) => [
    affixed(name, naming, "", ""),
    ...recordTypes.map((type) => affixed(name, naming, type, hasType(naming) ? "" : `${type}-`)),
  ]);
  return [...new Set(names)].filter((one) => isInZone(one, zone) && !one.includes("..") && isPossible(one));
}

/** Labels have at most 63 octets, names 253 (RFC 1035, 2.3.4): what is longer nobody has written. */
function isPossible(name: string): boolean {
  return name.length <= 253 && name.split(".").every((label) => label.length <= 63);
}

/** The owner that a TXT value of external-dns names, `default` where it names none; undefined where the value is not of external-dns. */
export function externalDnsOwner(value: string): string | undefined {
  const text = txtText(value).replaceAll('"', "");
  return /(?:^|,)heritage=external-dns(?:,|$)/.test(text)
    ? (/(?:^|,)external-dns\/owner=([^,]*)/.exec(text)?.[1] ?? "default")
    : undefined;
}

/**
 * True for what external-dns writes with `--txt-encrypt-enabled`: base64 of a nonce (12 bytes), of labels that are
 * packed and encrypted (never below 20), and of a tag (16); external-dns 0.23, endpoint/crypto.go. Only who has the key
 * can read the owner.
 */
export function isEncryptedOwner(value: string): boolean {
  const text = txtText(value).replaceAll('"', "");
  return text.length >= 64 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function hasType({ prefix = "", suffix = "" }: OwnerRecordNaming): boolean {
  return `${prefix}${suffix}`.includes("%{record_type}");
}

function affixed(name: string, naming: OwnerRecordNaming, type: string, before: string): string {
  const { prefix = "", suffix = "", wildcardReplacement } = naming;
  const [first = "", ...rest] = name.split(".");
  const label = (first === "*" && wildcardReplacement) || first;
  const fill = (affix: string): string => affix.replaceAll("%{record_type}", type);
  return [`${fill(prefix)}${before}${label}${fill(suffix)}`, ...rest].join(".").toLowerCase();
}
