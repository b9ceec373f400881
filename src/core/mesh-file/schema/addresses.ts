import type { TextForm } from "./text-form.ts";
import { matches } from "./text-form.ts";

/** A URL of an API: https, and nothing in it that belongs to one user or one request. */
export const httpsUrl: TextForm = {
  code: "ISM118",
  wanted: "an https URL without user, query and fragment",
  test: (text) => {
    const url = /^https:\/\/[^\s/]/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && url.username === "" && url.password === "" && !/[?#]/.test(text);
  },
  fix: (text) => {
    const near = `https://${text.replace(/^http:\/\//i, "")}`;
    return /^(http:\/\/)?[a-z0-9.-]+(:\d+)?(\/[^?#]*)?$/i.test(text)
      ? `Write ${near}.`
      : "Write a URL such as https://www.example.org/path.";
  },
  pattern: "^https://[^\\s?#@]+$",
};

const hostPattern = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*";

/** RFC 1035, 2.3.4, of a name as text. */
export const longestHost = 253;

const limits = `at most ${longestHost} characters, and at most 63 between two dots`;

/** A host of a Gateway: `*`, a name, or a name whose first label is `*`. */
export const routeHost: TextForm = {
  code: "ISM118",
  wanted: `a host name, which may begin with *., or * for all hosts (${limits})`,
  test: (text) =>
    text === "*" || (text.startsWith("*.") ? isHost(text.slice(2)) && !isIpv4(text.slice(2)) : isHost(text)),
  fix: (text) => writeHost(text) ?? withoutUnderscore(text) ?? 'Write for example "*" or www.example.org.',
  pattern: `^(\\*|(\\*\\.)?${hostPattern})$`,
};

/** What a peer can connect to: an IPv4 or IPv6 address or a name. */
export const address: TextForm = {
  code: "ISM118",
  wanted: `an IP address without leading zeros, or a host name, without port`,
  test: (text) => isIpv6(text) || isHost(text),
  fix: (text) =>
    writeAddress(text) ?? withoutUnderscore(text) ?? "Write for example 203.0.113.10 or gateway.example.org.",
};

/** A name, or an IPv4 address in the one way in which all programs read it. */
function isHost(text: string): boolean {
  return endsInNumber(text) ? isIpv4(text) : text.length <= longestHost && matches(`^${hostPattern}$`)(text);
}

/** https://url.spec.whatwg.org/#ends-in-a-number-checker: such a host is an address to browsers, or nothing. */
function endsInNumber(host: string): boolean {
  return /(^|\.)([0-9]+|0x[0-9a-f]*)\.?$/i.test(host);
}

/** Four decimal numbers. With leading zeros some programs read them as octal, and Go refuses them (https://go.dev/doc/go1.17#net). */
export function isIpv4(text: string): boolean {
  return /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text) && text.split(".").every((part) => Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]/`);
}

/** An address or host name as programs compare it: IPv6 has many spellings, and names have no case. */
export function oneSpelling(text: string): string {
  if (!isIpv6(text)) {
    return text.toLowerCase();
  }
  const one = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  // An IPv4 address inside of IPv6 is that one.
  const [, high = "", low = ""] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(one) ?? [];
  const bits = [high, low].map((group) => Number.parseInt(group, 16));
  return high === "" ? one : bits.flatMap((group) => [group >> 8, group & 0xff]).join(".");
}

/**
 * A host as DNS and Istio take it: without what a URL has around it, or the
 * namespace that Gateways of Istio may have before it (`shop/a.example`), without
 * the dot of the root, in letters of ASCII (RFC 5891). Text that is no host
 * stays as it is.
 */
export function plainHost(text: string): string {
  const [, wildcard = "", rest = ""] = /^(\*\.)?(.*)$/s.exec(text.trim().replace(/^[a-z]+:\/\//i, "")) ?? [];
  const named = /^[^./]*\.?\/(?=[^/]*\.)/.test(rest) && !text.includes("://") ? rest.replace(/^[^/]*\//, "") : rest;
  const host = named.replace(/[/?#].*$/s, "").replace(/(?<=[^:]):\d+$/, "");
  const ascii = /[^\x00-\x7f]/.test(host) && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host;
  const plain = wildcard + ascii.replace(/\.$/, "");
  return routeHost.test(plain) ? plain : text;
}

function writeHost(text: string): string | undefined {
  const plain = plainHost(text);
  // A bare * begins an alias of YAML.
  return plain === text ? undefined : `Write ${plain.startsWith("*") ? JSON.stringify(plain) : plain}.`;
}

function writeAddress(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text;
  const decimal = bare.replaceAll(/(?<=^|\.)0+(?=\d)/g, "");
  const near = [bare, plainHost(bare), ...(/^[\d.]+$/.test(bare) ? [decimal] : [])].find(
    (one) => one !== text && address.test(one),
  );
  // Whoever takes an address has a field for the port beside it.
  const port = /(?<=[^:/]):(\d{1,5})(?:\/.*)?$/.exec(text)?.[1];
  return near === undefined ? undefined : `Write ${near}${port === undefined ? "" : `, and ${port} as port`}.`;
}

/** DNS has such names, and hosts have none (ValidateFQDN and ValidateWildcardDomain of istio/istio, pkg/config/validation/agent). */
function withoutUnderscore(text: string): string | undefined {
  return text.includes("_") && routeHost.test(text.replaceAll("_", "x"))
    ? "Use a name without _: Istio takes letters, digits, - and dots in hosts."
    : undefined;
}

/** A DNS domain, also with the dot of the root. */
export const domain: TextForm = {
  code: "ISM118",
  wanted: `a domain name (${limits})`,
  test: (text) => !endsInNumber(text) && isHost(text.replace(/\.$/, "")),
  fix: (text) => writeHost(text) ?? "Write for example mesh.example.org.",
  pattern: `^${hostPattern}\\.?$`,
};

const keyNamePattern = "^[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_-]{1,63})*\\.?$";

/** The name of a key of TSIG, in the syntax of a domain name (RFC 8945, 4.2), which is wider than that of hosts (RFC 2181, 11). */
export const keyName: TextForm = {
  code: "ISM118",
  wanted: `the name of a key: letters, digits, -, _ and dots (${limits})`,
  test: (text) => text.length <= longestHost && matches(keyNamePattern)(text),
  fix: () => "Write the name as the server's configuration has it, for example isthmus.",
  pattern: keyNamePattern,
};

/** Where images come from: a registry and a path, as in `global.hub` of Istio's charts. */
export const imageHub: TextForm = {
  code: "ISM118",
  wanted: "an image registry with a path, such as docker.io/istio",
  test: matches("^[A-Za-z0-9][A-Za-z0-9._:-]*(/[a-z0-9._-]+)*$"),
  fix: (text) =>
    /^https?:\/\//.test(text) ? "Write the registry without https://." : "Write for example docker.io/istio.",
  pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]*(/[a-z0-9._-]+)*$",
};

/** An e-mail address, which only its domain can really judge. */
export const email: TextForm = {
  code: "ISM118",
  wanted: "an e-mail address",
  test: matches("^[^\\s@]+@[^\\s@]+$"),
  fix: () => "Write for example operations@example.org.",
  pattern: "^[^\\s@]+@[^\\s@]+$",
};

/** A path of a request, as it stands in a URL. */
export const requestPath: TextForm = {
  code: "ISM118",
  wanted: "a path that begins with / and has no spaces",
  test: matches("^/\\S*$"),
  fix: (text) => `Write ${/^\S+$/.test(text) ? `/${text}` : "a path such as /hello"}.`,
  pattern: "^/\\S*$",
};
