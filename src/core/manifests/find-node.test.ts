import { expect, it } from "vitest";
import { parseDocument } from "yaml";
import { findNode } from "./find-node.ts";

const text = `base: &base
  one: 1
spec:
  <<: *base
  list:
    - name: a
      value: 2
  other: *base
  nothing:
`;
const document = parseDocument(text, { schema: "failsafe", merge: false });

it.each([
  ["an item of a list", ["spec", "list", 0, "value"], "2"],
  ["what is merged into a mapping", ["spec", "one"], "1"],
  ["what an alias stands for", ["spec", "other", "one"], "1"],
  ["the key of a value that is left out", ["spec", "nothing"], "nothing"],
  ["nothing where there is no such item", ["spec", "list", 1, "value"], undefined],
  ["nothing below a text", ["base", "one", "more"], undefined],
])("finds %s", (_, path, expected) => {
  const [start, end] = findNode(document, document.contents, path)?.range ?? [];
  expect(start === undefined ? undefined : text.slice(start, end)).toBe(expected);
});
