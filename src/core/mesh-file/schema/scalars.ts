import * as z from "zod";
import { readDuration } from "../duration.ts";
import type { SpecCode } from "../finding.ts";

/** A kind of text: what it looks like, and what to write instead of something else. */
export interface TextForm {
  readonly code: SpecCode;
  /** Completes "It has to be …". */
  readonly wanted: string;
  readonly test: (text: string) => boolean;
  readonly fix: (text: string) => string;
  /** For editors, where a pattern can say it. */
  readonly pattern?: string;
}

/** What a form's check leaves in a zod issue for the message. */
export interface FormIssue {
  readonly form: TextForm;
}

/**
 * A schema for text of a form, or of several of which the first that does not
 * fit is told. The description goes to the JSON schema and to `explain`.
 */
export function textOf(
  forms: TextForm | readonly [TextForm, ...TextForm[]],
  description: string,
  extra: { readonly default?: string; readonly examples?: readonly string[] } = {},
): z.ZodString {
  const all: readonly TextForm[] = "test" in forms ? [forms] : forms;
  const pattern = all.find((form) => form.pattern !== undefined)?.pattern;
  return z
    .string()
    .check((context) => {
      const form = all.find((one) => !one.test(context.value));
      if (form !== undefined) {
        const params: FormIssue = { form };
        context.issues.push({ code: "custom", input: context.value, params: { ...params } });
      }
    })
    .meta({
      description,
      ...(pattern === undefined ? {} : { pattern }),
      ...(extra.default === undefined ? {} : { default: extra.default }),
      ...(extra.examples === undefined ? {} : { examples: [...extra.examples] }),
    });
}

const labelPattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/** RFC 1123 as Kubernetes takes it for names. */
export const label: TextForm = {
  code: "ISM113",
  wanted:
    "a DNS-1123 label: lower-case letters, digits and -, beginning and ending with a letter or digit, at most 63 of them",
  test: matches(labelPattern),
  fix: (text) => {
    const near = text
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, "-")
      .slice(0, 63)
      .replaceAll(/^-+|-+$/g, "");
    return near === "" ? "Write a name such as west-1." : `Write for example ${near}.`;
  },
  pattern: labelPattern,
};

const subdomainPattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$";

/** What most Kubernetes objects may be named. */
export const subdomain: TextForm = {
  code: "ISM113",
  wanted:
    "a DNS-1123 subdomain: labels of lower-case letters, digits and - with dots between them, at most 253 characters",
  test: (text) => text.length <= 253 && matches(subdomainPattern)(text),
  fix: (text) => label.fix(text),
  pattern: subdomainPattern,
};

const localityPattern = "^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$";

/** A label value without dots, which separate region and zone in Istio's `istio-locality`. */
export const locality: TextForm = {
  code: "ISM113",
  wanted:
    "a region or zone name: letters, digits, - and _, beginning and ending with a letter or digit, at most 63 of them",
  test: matches(localityPattern),
  fix: () => "Write a name such as eu-de, as in the nodes' label topology.kubernetes.io/region.",
  pattern: localityPattern,
};

const labelValuePattern = "^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$";

export const labelValue: TextForm = {
  code: "ISM113",
  wanted: "a label value: letters, digits, -, _ and ., beginning and ending with a letter or digit, at most 63 of them",
  test: matches(labelValuePattern),
  fix: () => "Write the value as it stands in the pods' or nodes' labels.",
  pattern: labelValuePattern,
};

/** The key of a label: an optional DNS prefix and a slash before a name. */
export function isLabelKey(text: string): boolean {
  const match = /^(?:([^/]*)\/)?([^/]*)$/.exec(text);
  const prefix = match?.[1];
  const name = match?.[2] ?? "";
  return (prefix === undefined || subdomain.test(prefix)) && name !== "" && labelValue.test(name);
}

export const duration: TextForm = {
  code: "ISM114",
  wanted: "a duration such as 90s, 10m, 1h30m or 14d",
  test: (text) => readDuration(text) !== undefined,
  fix: (text) => (/^\d+$/.test(text) ? `Add the unit, as in ${text}s or ${text}d.` : "Write for example 14d."),
  pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$",
};

/** How long certificates of the mesh may be valid: long enough to be renewed in time, short enough for X.509's four-digit years. */
export const validity: readonly [TextForm, TextForm] = [
  duration,
  {
    code: "ISM117",
    wanted: "from 1h to 36500d",
    test: (text) => {
      const seconds = readDuration(text) ?? 0;
      return seconds >= 3600 && seconds <= 36_500 * 86_400;
    },
    fix: () => "Write for example 730d.",
  },
];

const quantityPattern = "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?$";

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ without a sign, since no limit is negative. */
export const quantity: TextForm = {
  code: "ISM115",
  wanted: "a Kubernetes quantity such as 100m or 2 for CPU and 128Mi or 1Gi for memory",
  test: matches(quantityPattern),
  fix: (text) => {
    const [, number = "", prefix = "", binary = ""] =
      /^([0-9.]+)([a-zA-Z]?)(i?)[bB]?$/.exec(text.replaceAll(/\s/g, "")) ?? [];
    const near = [prefix, prefix.toUpperCase(), prefix.toLowerCase()]
      .map((one) => number + one + binary)
      .find((one) => matches(quantityPattern)(one));
    return near === undefined ? "Write for example 100m, 2 or 128Mi." : `Write for example ${near}.`;
  },
  pattern: quantityPattern,
};

/** What a value of several shapes has to be. */
export interface ValueForm {
  readonly code: SpecCode;
  /** Completes "It has to be …". */
  readonly wanted: string;
  readonly test: (value: unknown) => boolean;
  readonly fix: string;
}

/** A schema of several shapes that is held against one form, so that one message says what is wanted. */
export function formOf<Schema extends z.ZodType>(schema: Schema, form: ValueForm, description: string): Schema {
  const text: TextForm = { ...form, fix: () => form.fix };
  return schema
    .check((context) => {
      if (!form.test(context.value)) {
        const params: FormIssue = { form: text };
        context.issues.push({ code: "custom", input: context.value, params: { ...params } });
      }
    })
    .meta({ description });
}

/** Statuses of HTTP, each a number or a hundred of them. */
export const expectedStatuses: ValueForm = {
  code: "ISM118",
  wanted: "a status from 100 to 599, a hundred of them such as 2xx, or a list of these",
  test: (value) => {
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    const isStatus = (one: unknown): boolean =>
      typeof one === "number" ? Number.isInteger(one) && one >= 100 && one <= 599 : /^[1-5]xx$/.test(String(one));
    return all.length > 0 && all.every(isStatus);
  },
  fix: "Write for example 200, 2xx or [200, 404].",
};

/** The value of a header, or where it is. */
export const headerValue: ValueForm = {
  code: "ISM118",
  wanted: "text of one line, or { env: NAME } with the name of an environment variable",
  test: (value) => {
    if (typeof value === "string") {
      return line.test(value);
    }
    const entries = Object.entries(value as Readonly<Record<string, unknown>>);
    return (
      entries.length === 1 &&
      entries.every(([key, name]) => key === "env" && typeof name === "string" && environmentName.test(name))
    );
  },
  fix: "Write the value in quotes, or { env: NAME } for one that is not for the file.",
};

/** A quantity, which YAML may read as a number: `2` is as good as `"2"`. */
export function quantityOf(description: string): z.ZodUnion<readonly [z.ZodString, z.ZodNumber]> {
  return z
    .union([z.string(), z.number()])
    .check((context) => {
      if (!quantity.test(String(context.value))) {
        const params: FormIssue = { form: quantity };
        context.issues.push({ code: "custom", input: context.value, params: { ...params } });
      }
    })
    .meta({ description, pattern: quantityPattern });
}

/** Text that is there and stays on one line. */
export const line: TextForm = {
  code: "ISM118",
  wanted: "text of one line that is not empty",
  test: (text) => text.trim() !== "" && !/[\p{Cc}]/u.test(text),
  fix: () => "Write a value, or delete the field if it is not needed.",
};

export const environmentName: TextForm = {
  code: "ISM118",
  wanted: "the name of an environment variable: letters, digits and _, not beginning with a digit",
  test: matches("^[A-Za-z_][A-Za-z0-9_]*$"),
  fix: () =>
    "Put the token into a variable, and its name here: { env: RANCHER_TOKEN }. A token itself never stands in the mesh file.",
  pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
};

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

export const domain: TextForm = {
  code: "ISM118",
  wanted: "a domain name",
  test: (text) => text.length <= 253 && matches(`^${hostPattern}\\.?$`)(text),
  fix: () => "Write for example mesh.example.org.",
  pattern: `^${hostPattern}\\.?$`,
};

const versionPattern = "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$";

export const istioVersion: TextForm = {
  code: "ISM118",
  wanted: "a full Istio version of three numbers, such as 1.31.0",
  test: matches(versionPattern),
  fix: (text) =>
    /^v\d+\.\d+\.\d+/.test(text)
      ? `Write ${text.slice(1)}.`
      : `Write for example ${/^\d+\.\d+$/.test(text) ? `${text}.0` : "1.31.0"}.`,
  pattern: versionPattern,
};

export const imageHub: TextForm = {
  code: "ISM118",
  wanted: "an image registry with a path, such as docker.io/istio",
  test: matches("^[A-Za-z0-9][A-Za-z0-9._:-]*(/[a-z0-9._-]+)*$"),
  fix: (text) =>
    /^https?:\/\//.test(text) ? "Write the registry without https://." : "Write for example docker.io/istio.",
  pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]*(/[a-z0-9._-]+)*$",
};

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

function matches(pattern: string): (text: string) => boolean {
  const expression = new RegExp(pattern);
  return (text) => expression.test(text);
}
