import { Document, Scalar, visit } from "yaml";

/**
 * An object, or any other plain value, as YAML that every Kubernetes tool
 * reads back as the same value. Those tools read YAML 1.1, where `on`, `y` and
 * `1_000` are no strings, so texts of that kind are quoted. A `Secret` becomes
 * its fingerprint. The same value gives the same bytes; ends with a line break.
 */
export function writeYaml(value: object): string {
  const document = new Document(JSON.parse(JSON.stringify(value)), {
    aliasDuplicateObjects: false,
    compat: "yaml-1.1",
  });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && isDelicate(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

/** Where readers and writers differ: block texts that begin or end with blanks, characters that YAML cannot show, and what only some take for a line break. */
function isDelicate(text: string): boolean {
  return text.includes("\n")
    ? !/^[!-~][^\r\u0085\u2028\u2029]*[^\s]\n?$/.test(text) || unprintable.test(text)
    : unprintable.test(text);
}

const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]/u;
