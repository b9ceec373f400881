import * as z from "zod";
import { isWhole, readDuration } from "../duration.ts";
import type { FormIssue, TextForm, ValueForm } from "./text-form.ts";
import { matches } from "./text-form.ts";

const labelPattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";

/** RFC 1123 as Kubernetes takes it for names. */
export const label: TextForm = {
  code: "ISM113",
  wanted:
    "a DNS-1123 label: lower-case letters, digits and -, beginning and ending with a letter or digit, at most 63 of them",
  test: matches(labelPattern),
  fix: (text) => {
    const near = nearLabel(text);
    return near === "" ? "Write a name such as west-1." : `Write for example ${near}.`;
  },
  pattern: labelPattern,
};

/** The DNS-1123 label that a text comes closest to; "" where nothing of it can be in one. */
export function nearLabel(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
}

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

const durationPattern = "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$";

/** Units as people write them. */
const unitWords: readonly (readonly [RegExp, string])[] = [
  [/^(ms|msecs?|milli(second)?s?)$/i, "ms"],
  [/^(s|secs?|seconds?)$/i, "s"],
  [/^(m|mins?|minutes?)$/, "m"],
  [/^(h|hrs?|hours?)$/i, "h"],
  [/^(d|days?)$/i, "d"],
];

/** A duration whose fix, for a bare number, names the units that the field is mostly written in. */
export function durationIn(...units: readonly string[]): TextForm {
  return {
    code: "ISM114",
    wanted: "a duration such as 90s, 10m, 1h30m or 14d",
    test: (text) => readDuration(text) !== undefined,
    fix: (text) => {
      if (/^\d+(\.\d+)?$/.test(text)) {
        return `Add the unit, as in ${units.map((unit) => `${text}${unit}`).join(" or ")}.`;
      }
      const [, number, word = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text) ?? [];
      const unit = unitWords.find(([form]) => form.test(word))?.[1];
      return `Write ${unit === undefined ? `for example 10${units[0] ?? "s"}` : `${number ?? ""}${unit}`}.`;
    },
    pattern: durationPattern,
  };
}

export const duration: TextForm = durationIn("s", "d");

/** A duration within bounds, both of them durations as a file has them. */
export function durationBetween(
  from: string,
  to: string,
  { units, example }: { readonly units: readonly string[]; readonly example: string },
): readonly [TextForm, TextForm] {
  return [
    durationIn(...units),
    {
      code: "ISM117",
      wanted: `from ${from} to ${to}`,
      test: (text) => {
        const seconds = readDuration(text) ?? 0;
        return seconds >= (readDuration(from) ?? 0) && seconds <= (readDuration(to) ?? 0);
      },
      fix: () => `Write for example ${example}.`,
    },
  ];
}

/** How long certificates of the mesh may be valid: long enough to be renewed in time, short enough for X.509's four-digit years. */
export const validity = durationBetween("1h", "36500d", { units: ["d", "h"], example: "730d" });

/** What Istio accepts: whole milliseconds, one at least (agent.ValidateDuration of istio/istio, pkg/config/validation). */
export const istioDuration: readonly [TextForm, TextForm] = [
  durationIn("s", "ms"),
  {
    code: "ISM117",
    wanted: "1ms or longer, in whole milliseconds",
    test: (text) => isWhole(text, 1000),
    fix: () => "Write for example 500ms or 2s.",
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

const headerPattern = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
export const headerToken: TextForm = {
  code: "ISM113",
  wanted: "a name as HTTP has it: letters, digits and - without blanks",
  test: matches(headerPattern),
  fix: () => "Write a name such as x-user.",
  pattern: headerPattern,
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

/** What Istio accepts in `retryOn`, beside HTTP statuses (supportedRetryOnPolicies of istio/istio, pkg/config/validation). */
const retryPolicies = [
  "5xx",
  "gateway-error",
  "reset",
  "reset-before-request",
  "connect-failure",
  "retriable-4xx",
  "refused-stream",
  "retriable-status-codes",
  "retriable-headers",
  "envoy-ratelimited",
  "http3-post-connect-failure",
  "cancelled",
  "deadline-exceeded",
  "internal",
  "resource-exhausted",
  "unavailable",
];

const retryCondition = `(${retryPolicies.join("|")}|[1-5][0-9][0-9])`;

/** Envoy's conditions: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-retry-on */
export const retryConditions: TextForm = {
  code: "ISM118",
  wanted: `conditions of Envoy with commas between them: ${retryPolicies.join(", ")}, or statuses such as 503`,
  test: matches(`^${retryCondition}(,${retryCondition})*$`),
  fix: () => "Write for example connect-failure,refused-stream,reset.",
};

export const environmentName: TextForm = {
  code: "ISM118",
  wanted: "the name of an environment variable: letters, digits and _, not beginning with a digit",
  test: matches("^[A-Za-z_][A-Za-z0-9_]*$"),
  fix: () =>
    "Put the token into a variable, and its name here: { env: RANCHER_TOKEN }. A token itself never stands in the mesh file.",
  pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
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
