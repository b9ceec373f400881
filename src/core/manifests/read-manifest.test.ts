import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { formatDiagnostic } from "../diagnostics/format.ts";
import { decodeBytes } from "./decode-bytes.ts";
import { readManifest } from "./read-manifest.ts";

function read(text: string) {
  const problems: Diagnostic[] = [];
  const found = readManifest(text, "a.yaml", problems);
  return {
    objects: found.map((one) => one.object),
    places: found.map(({ range }) => `${range.start.line}:${range.start.column}`),
    problems: problems.map(
      ({ code, range, detail }) => `${code} ${range?.start.line}:${range?.start.column} ${detail}`,
    ),
    shown: problems.map((one) => formatDiagnostic(one, { color: false })).join("\n"),
  };
}

const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
const dataOf = (text: string): unknown => read(`${head}data: { a: ${text} }\n`).objects[0]?.["data"];

describe("a value in a manifest", () => {
  it.each([
    ["0400", 256],
    ["0755", 493],
    ["0o17", 15],
    ["0O17", 15],
    ["0x1F", 31],
    ["-0b11", -3],
    ["1_000", 1000],
    ["08", 8],
    ["1e3", 1000],
    [".5", 0.5],
    ["9007199254740993", 9007199254740993n],
    ["-9223372036854775808", -9223372036854775808n],
    ["9223372036854775808", 2 ** 63],
    ["18446744073709551615", 2 ** 64],
    ["1e400", "1e400"],
    ["190:20:30", "190:20:30"],
    ["2001-01-01", "2001-01-01"],
    ["yes", true],
    ["Off", false],
    ["y", true],
    ["N", false],
    ["tRUE", "tRUE"],
    ["~", null],
    ["Null", null],
    ['"0400"', "0400"],
    ["'yes'", "yes"],
    ["!!str 0400", "0400"],
    ["!!binary aGVsbG8=", "hello"],
    ["!!int 0x10", 16],
    ["! yes", "yes"],
  ])("%s is what kubectl takes it for", (text, value) => {
    expect(dataOf(text)).toEqual({ a: value });
  });

  it("is merged and aliased, and shared parts count once", () => {
    const text = `${head}base: &base { one: 1, two: 2 }\nother: &other { one: 3, four: 4 }\ndata:\n  <<: [*base, *other]\n  two: 5\n  copy: *base\n`;
    expect(read(text).objects[0]?.["data"]).toEqual({ one: 1, two: 5, four: 4, copy: { one: 1, two: 2 } });
  });

  it("is not expanded without end", () => {
    const lines = Array.from(
      { length: 9 },
      (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index}, `.repeat(9)}]`,
    );
    const { problems } = read(`${head}l0: &l0 [x, x, x, x, x, x, x, x, x]\n${lines.join("\n")}\n`);
    expect(problems).toEqual([expect.stringContaining("expand to more than 1000000 values") as string]);
  });
});

describe("a manifest that kubectl would not read as it is written", () => {
  it.each([
    ["a key given twice", `${head}data: { a: 1, b: 2, a: 3 }\n`, "ISM227 4:21", "at first in line 4"],
    ["a key that becomes true", `${head}data: { y: 1 }\n`, "ISM227 4:9", "the truth value true"],
    ["a key that becomes another number", `${head}data: { 0x10: 1 }\n`, "ISM227 4:9", "the number 16"],
    ["a key that is null", `${head}data: { ~: 1 }\n`, "ISM227 4:9", "null"],
    ["a merge that replaces what stands above", `${head}data: { a: 1, <<: { a: 2 } }\n`, "ISM227 4:15", "merged"],
    ["documents after three dots", `${head}...\n${head}`, "ISM227 5:1", "kubectl ignores it"],
    ["a separator with something behind it", `${head}--- { a: 1 }\n`, "ISM227 4:1", "separator"],
    ["an infinite number", `${head}data: { a: .inf }\n`, "ISM227 4:12", "infinite"],
    [
      "a number that JSON has not",
      '{"apiVersion":"v1","kind":"A","metadata":{"name":"a"},"x":1e400}',
      "ISM227 1:59",
      "larger",
    ],
    ["a blank and a colon before a bracket", `${head}data: [a :]\n`, "ISM227 4:8", "A colon stands directly before"],
    ["a colon before a bracket", `${head}data: { a:}\n`, "ISM227 4:9", "A colon stands directly before"],
    ["a tab", `${head}data:\n\ta: 1\n`, "ISM227 5:1", "Tabs"],
    ["an alias of nothing", `${head}data: { a: *b }\n`, "ISM227 4:12", "anchor"],
    ["an alias within itself", `${head}data: &a { a: *a }\n`, "ISM227 4:15", "inside of what it refers to"],
    ["a name that is a number", "apiVersion: v1\nkind: A\nmetadata: { name: 12 }\n", "ISM204 3:19", "the number 12"],
    [
      "a label that is true",
      "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  labels: { x: yes }\n",
      "ISM204 5:16",
      "the truth value true",
    ],
    [
      "a name that the server makes up",
      "apiVersion: v1\nkind: A\nmetadata: { generateName: a }\n",
      "ISM204 1:1",
      "generateName",
    ],
    [
      "an empty item of a List",
      `apiVersion: v1\nkind: List\nitems:\n- { ${head.trim().replaceAll("\n", ", ")} }\n-\n`,
      "ISM204 5:2",
      "empty",
    ],
    [
      "a List in a List",
      "apiVersion: v1\nkind: List\nitems:\n- kind: List\n  apiVersion: v1\n  items:\n  - { apiVersion: v1, kind: A, metadata: { name: a } }\n",
      "ISM204 4:3",
      "inside a List",
    ],
    [
      "an object of a List with items of its own, which makes it one",
      "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: { name: a }\n  items:\n",
      "ISM204 4:3",
      "inside a List",
    ],
    [
      "an unrendered chart's value",
      `${head}spec:\n  image: {{ .Values.image }}\n`,
      "ISM228 5:10",
      "{{ .Values.image }}",
    ],
    [
      "an unrendered chart's block",
      `${head}{{- if .Values.x }}\nspec: 1\n{{- end }}\n`,
      "ISM228 4:1",
      "{{- if .Values.x }}",
    ],
    [
      "an unrendered chart's name",
      'apiVersion: v1\nkind: Service\nmetadata: { name: "a-{{ .Release.Name }}" }\n',
      "ISM228 3:22",
      "{{ .Release.Name }}",
    ],
    [
      "an unrendered chart's name of what carries texts of others",
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}" }\ndata: { a: "{{ $labels.pod }}" }\n',
      "ISM228 3:20",
      "{{ .Release.Name }}",
    ],
  ])("is an error with its place: %s", (_, text, place, words) => {
    const { problems } = read(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${place} a.yaml: `);
    expect(problems[0]).toContain(words);
  });

  it.each([
    ["a text of another program's templates", `${head}data: { rule: "{{ .Values.x }} {{ $labels.pod }}" }\n`],
    [
      "placeholders of others",
      'apiVersion: a/v1\nkind: PrometheusRule\nmetadata: { name: a }\nspec: { x: "{{ $labels.pod }} {{ $value }}" }\n',
    ],
    ["a comment", "# {{ .Values.x }}\napiVersion: v1\nkind: Service\nmetadata: { name: a }\n"],
  ])("is not meant by %s", (_, text) => {
    expect(read(text).problems).toEqual([]);
  });
});

describe("the objects of a manifest", () => {
  it.each([
    ["an empty List", "apiVersion: v1\nkind: List\nitems: []\n", []],
    ["a List of nothing", "apiVersion: v1\nkind: List\nitems:\n", []],
    [
      "a typed List, whose items need no kind",
      "apiVersion: v1\nkind: ConfigMapList\nitems:\n- { metadata: { name: a } }\n",
      ["ConfigMap a 4:3"],
    ],
    [
      "a stream of JSON",
      '{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}\n{"apiVersion":"v1","kind":"A","metadata":{"name":"b"}}',
      ["A a 1:1", "A b 2:1"],
    ],
    ["JSON with tabs", '{\n\t"apiVersion": "v1",\n\t"kind": "A",\n\t"metadata": { "name": "a" }\n}', ["A a 1:1"]],
    [
      "separators with comments, comments alone, and a byte order mark",
      `\ufeff---\n${head}--- # b\n# only this\n---\n${head}`,
      ["ConfigMap a 2:1", "ConfigMap a 8:1"],
    ],
    ["line ends of Windows", head.replaceAll("\n", "\r\n"), ["ConfigMap a 1:1"]],
    ["null", "null\n---\n~\n", []],
  ])("are read from %s", (_, text, expected) => {
    const { objects, places, problems } = read(text);
    expect(problems).toEqual([]);
    expect(objects.map((one, index) => `${one.kind} ${one.metadata.name} ${places[index]}`)).toEqual(expected);
  });

  it("are read from UTF-16, and not from what is no Unicode", () => {
    const bytes = (mark: readonly number[], text: string): Uint8Array =>
      Uint8Array.from([...mark, ...Buffer.from(text, "utf16le")]);
    expect(decodeBytes(bytes([0xff, 0xfe], "a: é"))).toEqual({ kind: "text", text: "a: é" });
    expect(decodeBytes(Uint8Array.from([0xfe, 0xff, 0, 97]))).toEqual({ kind: "text", text: "a" });
    expect(decodeBytes(Buffer.from("a\nb: é\n", "latin1"))).toMatchObject({
      kind: "problem",
      detail: expect.stringContaining("line 2") as string,
    });
  });
});

describe("an error in a Secret", () => {
  const secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\n";

  it.each([
    ["a colon too many", `${secret}stringData:\n  a: b: planted-value\n`],
    ["a value that begins like an alias", `${secret}stringData:\n  a: *planted-value\n`],
    ["a value that begins like a tag", `${secret}stringData:\n  a: !<planted-value x\n`],
    ["a quote that is not closed", `${secret}stringData:\n  a: "planted-value\n`],
    ["an escape that is none", `${secret}stringData:\n  a: "\\planted-value"\n`],
    ["a tab", `${secret}stringData:\n\ta: planted-value\n`],
    ["a value at the edge", `${secret}stringData:\nplanted-value\n`],
    ["a reserved character", `${secret}stringData:\n  a: @planted-value\n`],
    ["a key twice", `${secret}stringData: { a: planted-value, a: planted-value }\n`],
    ["a wrong tag", `${secret}stringData: { a: !!int planted-value }\n`],
    [
      "a label that is no text, in one line with its data",
      `{apiVersion: v1, kind: Secret, data: {a: planted-value}, metadata: {name: s, labels: {a: 1}}}\n`,
    ],
    ["no name", `{apiVersion: v1, kind: Secret, data: {a: planted-value}}\n`],
    ["JSON that is cut off", `{"apiVersion":"v1","kind":"Secret","data":{"a":"planted-value"\n`],
  ])("never shows its values: %s", (_, text) => {
    const { problems, shown } = read(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(shown).not.toContain("planted");
  });
});
