import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { Path } from "../path.ts";
import type { TextForm } from "../schema/text-form.ts";
import { headerToken, isLabelKey, label } from "../schema/scalars.ts";
import { showValue } from "../show-value.ts";
import { routesOf, servicesOf, versionsOf } from "../walk-draft.ts";

const labelKey: TextForm = {
  code: "ISM113",
  wanted:
    "the key of a label: letters, digits, -, _ and ., at most 63 of them, with an optional DNS name and / before it",
  test: isLabelKey,
  fix: () => "Write the key as it stands in the labels, such as role or topology.kubernetes.io/zone.",
};

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens; Envoy keeps header names in lower case. */
const headerName: TextForm = {
  code: "ISM113",
  wanted: "the name of a header in lower case",
  test: (text) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(text),
  fix: (text) => (/^[\w-]+$/.test(text) ? `Write ${text.toLowerCase()}.` : "Write a name such as x-user."),
};

/** What a query can have before an equals sign, as clients send it. */
const parameterName: TextForm = {
  code: "ISM113",
  wanted: "the name of a query parameter as it is sent: without blanks, &, =, # and ?",
  test: (text) => /^[\x21-\x7e]+$/.test(text) && !/[&=#?]/.test(text),
  fix: () => "Write a name such as team, other characters as %XX.",
};

/** Names that are keys: of versions, labels, headers and query parameters. */
export function checkMapKeys(draft: MeshDraft): readonly Finding[] {
  return [
    ...checkKeys(draft.spec?.istio?.nodeSelector, ["spec", "istio", "nodeSelector"], labelKey),
    ...servicesOf(draft).flatMap(({ value, path }) =>
      // Istio's own rule for the names of subsets.
      checkKeys(value.versions, [...path, "versions"], label),
    ),
    ...versionsOf(draft).flatMap(({ value, path }) => checkKeys(value.labels, [...path, "labels"], labelKey)),
    ...routesOf(draft).flatMap(({ value, path }) =>
      checkKeys(value.match?.queryParams, [...path, "match", "queryParams"], parameterName),
    ),
    ...routesOf(draft).flatMap(({ value, path }) =>
      checkKeys(value.match?.headers, [...path, "match", "headers"], headerName),
    ),
    ...routesOf(draft).flatMap(({ value, path }) =>
      checkKeys(value.verify?.headers, [...path, "verify", "headers"], headerName),
    ),
    ...routesOf(draft).flatMap(({ value: { headers }, path }) =>
      (["request", "response"] as const).flatMap((of) =>
        (["set", "add"] as const).flatMap((change) =>
          checkKeys(headers?.[of]?.[change], [...path, "headers", of, change], headerToken),
        ),
      ),
    ),
  ];
}

function checkKeys(map: object | undefined, path: Path, form: TextForm): readonly Finding[] {
  return Object.keys(map ?? {})
    .filter((key) => !form.test(key))
    .map((key) => ({
      code: form.code,
      path: [...path, key],
      at: "key",
      detail: `The name is ${showValue(key)}. It has to be ${form.wanted}.`,
      fix: form.fix(key),
    }));
}
