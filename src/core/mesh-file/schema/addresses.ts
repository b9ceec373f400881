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
  fix: (text) =>
    /^[a-z0-9.-]+(:\d+)?(\/.*)?$/i.test(text)
      ? `Write https://${text}.`
      : "Write a URL such as https://rancher.example.org.",
  pattern: "^https://[^\\s?#@]+$",
};

const hostPattern = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*";

/** A host of a Gateway: `*`, a name, or a name whose first label is `*`. */
export const routeHost: TextForm = {
  code: "ISM118",
  wanted: "a host name, which may begin with *., or * for all hosts",
  test: (text) => text.length <= 253 && matches(`^(\\*|(\\*\\.)?${hostPattern})$`)(text),
  fix: (text) =>
    /^https?:\/\//.test(text)
      ? "Write the host only, without https:// and path."
      : 'Write for example "*" or www.example.org.',
  pattern: `^(\\*|(\\*\\.)?${hostPattern})$`,
};

/** What a peer can connect to: an IPv4 or IPv6 address or a name. */
export const address: TextForm = {
  code: "ISM118",
  wanted: "an IP address or a host name, without port",
  test: (text) => isIpv6(text) || isIpv4OrHost(text),
  fix: () => "Write for example 203.0.113.10 or gateway.example.org.",
};

function isIpv4OrHost(text: string): boolean {
  const numbers = /^[0-9.]+$/.test(text);
  return numbers
    ? /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split(".").every((part) => Number(part) <= 255)
    : text.length <= 253 && matches(`^${hostPattern}$`)(text);
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]/`);
}

/** A DNS domain, also with the dot of the root. */
export const domain: TextForm = {
  code: "ISM118",
  wanted: "a domain name",
  test: (text) => text.length <= 253 && matches(`^${hostPattern}\\.?$`)(text),
  fix: () => "Write for example mesh.example.org.",
  pattern: `^${hostPattern}\\.?$`,
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
