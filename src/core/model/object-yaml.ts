import type { ScalarTag } from "yaml";
import { Document, Scalar, visit } from "yaml";
import { resolvePlain } from "../manifests/resolve-scalar.ts";
import { readJson, writeJson } from "./exact-json.ts";

/**
 * An object, or any other plain value, as YAML that every Kubernetes tool
 * reads back as the same value. Those tools read YAML 1.1, where `on`, `y` and
 * `1_000` are no strings, so texts of that kind are quoted. A `Secret` becomes
 * its fingerprint. The same value gives the same bytes; ends with a line break.
 */
export function writeYaml(value: object): string {
  const document = new Document(plainOf(value), {
    aliasDuplicateObjects: false,
    compat: "yaml-1.1",
    customTags: (tags) => tags.map((tag) => (isNumberTag(tag) ? { ...tag, stringify: writeNumber } : tag)),
  });
  visit(document, {
    Scalar: (_, node) => {
      // kubectl's reader has numbers that no YAML has, such as 0O17.
      if (typeof node.value === "string" && (isDelicate(node.value) || resolvePlain(node.value) !== node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  const text = document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
  // Only quoted texts have them, and readers of YAML 1.1 take some for line breaks there too.
  return text.replaceAll(
    /[\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The value as JSON has it: secrets are their fingerprints, and what is undefined is not there. */
function plainOf(value: unknown): unknown {
  return readJson(writeJson(value));
}

type TagLike = string | { readonly tag: string; readonly stringify?: unknown };

function isNumberTag(tag: TagLike): tag is ScalarTag {
  return typeof tag === "object" && /:(?:int|float)$/.test(tag.tag);
}

/** With a point before the exponent: for most readers of YAML 1.1 `1e+21` is a text. */
function writeNumber({ value }: Scalar): string {
  return String(value).replace(/^(-?\d+)(e[-+]\d+)$/, "$1.0$2");
}

/** Where readers and writers differ: block texts that begin or end with blanks, characters that YAML cannot show, and what only some take for a line break. */
function isDelicate(text: string): boolean {
  return text.includes("\n")
    ? !/^[!-~][^\r\u0085\u2028\u2029]*[^\s]\n?$/.test(text) || unprintable.test(text)
    : unprintable.test(text);
}

const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]/u;
