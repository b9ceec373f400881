import type { FieldInfo } from "./field-info.ts";
import { describeType, fieldAt } from "./field-info.ts";
import type { Finding } from "./finding.ts";
import { newestIstioVersion } from "./istio-version.ts";
import type { Path } from "./path.ts";
import { describePath } from "./path.ts";
import type { FormIssue } from "./schema/text-form.ts";
import { environmentName } from "./schema/scalars.ts";
import { secretFix } from "./schema/secret-place.ts";
import { showValue } from "./show-value.ts";

/** A value of another type than its field has. `asText` is what would be wrong with it in quotes. */
export function describeWrongType(path: Path, found: unknown, asText?: FormIssue["form"]): Finding {
  const field = fieldAt(path);
  const wanted = field === undefined ? "something else" : describeType(field);
  return {
    code: "ISM103",
    path,
    detail:
      found === null
        ? `${describePath(path)} has no value. It has to be ${withArticle(wanted)}.`
        : `${describePath(path)} is ${describeFound(found)}. It has to be ${withArticle(wanted)}.`,
    fix: specialFixes[path.join(".")]?.(found) ?? asText?.fix(String(found)) ?? fixType(found, wanted, field),
  };
}

/** Where the general advice would lead to the next mistake. */
const specialFixes: Readonly<Record<string, (found: unknown) => string | undefined>> = {
  "spec.istio.version": (found) =>
    typeof found === "number" ? `Write all three numbers of the release, such as ${newestIstioVersion}.` : undefined,
  "spec.rancher.token": () => environmentName.fix(""),
  "spec.hardening.networkPolicies": (found) =>
    found === "strict" || found === "runbook" ? `Write { mode: ${found} }.` : undefined,
};

function describeFound(found: unknown): string {
  if (Array.isArray(found)) {
    return "a list";
  }
  switch (typeof found) {
    case "string":
      return `the text ${showValue(found)}`;
    case "number":
      return `the number ${found}`;
    case "boolean":
      return `the boolean ${String(found)}`;
    default:
      return "a mapping";
  }
}

function fixType(found: unknown, wanted: string, field: FieldInfo | undefined): string {
  if (field?.properties !== undefined && field.anyOf === undefined) {
    return isSecretPlace(field) ? secretFix : fixMapping(found, field);
  }
  const [example] = field?.type === "object" ? (field.examples ?? []) : [];
  if (example !== undefined) {
    return `Write for example ${JSON.stringify(example)}.`;
  }
  return found === null ? "Write a value after the colon, or delete the field." : fixValue(found, wanted, field);
}

function fixValue(found: unknown, wanted: string, field: FieldInfo | undefined): string {
  if (wanted.startsWith("text") && (typeof found === "number" || typeof found === "boolean")) {
    return "Put the value in quotes.";
  }
  if (wanted.startsWith("list") && typeof found !== "object") {
    return typeof found === "string" && /^[\w./:-]+$/.test(found)
      ? `Write [${found}], a list also for a single entry.`
      : "Write a list, also for a single entry: [ … ], or one line beginning with - for each entry.";
  }
  if (wanted.startsWith("true or false")) {
    const meant = switches[String(found).toLowerCase()];
    return meant === undefined ? "Write true or false, without quotes." : `Write ${meant} without quotes.`;
  }
  const [, digits] = typeof found === "string" ? (/^\s*(\d+)\s*%?\s*$/.exec(found) ?? []) : [];
  return wanted.endsWith("number") && digits !== undefined ? fixNumber(digits, field) : `Write ${withArticle(wanted)}.`;
}

/** What YAML 1.1 and people take for the two, as text. */
const switches: Readonly<Record<string, boolean | undefined>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

function isSecretPlace({ properties = {} }: FieldInfo): boolean {
  return Object.keys(properties).join(" ") === "env file";
}

function fixNumber(found: string, { minimum = 0, maximum = Number.POSITIVE_INFINITY }: FieldInfo = {}): string {
  return Number(found) >= minimum && Number(found) <= maximum
    ? `Write ${found} without quotes.`
    : `Write a number from ${minimum} to ${maximum}, without quotes.`;
}

/** A mapping that an example shows whole, that has a default for each of its fields, or whose fields somebody has to fill in. */
function fixMapping(found: unknown, { properties = {}, required = [], examples, oneOf }: FieldInfo): string {
  const orDelete = found === null || found === false ? ", or delete the field" : "";
  const [example] = examples ?? [];
  if (example !== undefined) {
    return `Write for example ${JSON.stringify(example)}${orDelete}.`;
  }
  const choice = oneOf?.map((one) => one.required.join(" with ")).join(" or ");
  const needed = [...required, ...(choice === undefined ? [] : [choice])];
  return needed.length > 0
    ? `Write a mapping with ${needed.join(", ")}${orDelete}.`
    : `Write {} for the defaults, or a mapping with ${Object.keys(properties).join(", ")}${orDelete}.`;
}

function withArticle(wanted: string): string {
  return /^(text|true|anything|something)/.test(wanted) ? wanted : `a ${wanted}`;
}
