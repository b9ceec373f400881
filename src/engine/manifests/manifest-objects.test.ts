import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { checkTexts } from "../../core/manifests/check-texts.ts";
import { readObjects } from "./manifest-objects.ts";

function read(text: string) {
  const problems: Diagnostic[] = [];
  const objects = readObjects(text, "a.yaml", problems).map(({ object }) => object);
  return { names: objects.map((one) => one.metadata.name), objects, problems };
}

const one = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\n";

describe("the objects of a manifest", () => {
  it("are those of all its documents; empty ones do not count", () => {
    expect(read(`---\n${one}---\n# nothing\n---\n${one.replaceAll("one", "two")}`)).toMatchObject({
      names: ["one", "two"],
      problems: [],
    });
  });

  it("are those of a List, one by one", () => {
    const items = `items:\n  - { apiVersion: v1, kind: Service, metadata: { name: two } }\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: three } }\n`;
    expect(read(`${one}---\napiVersion: v1\nkind: List\n${items}`).names).toEqual(["one", "two", "three"]);
  });

  it("never have a Secret's data in the open", () => {
    const { objects } = read("apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { key: plaintext }\n");
    expect(JSON.stringify(objects)).toMatch(/"data":\{"key":"<redacted:sha256:[0-9a-f]{8}>"\}/);
    expect(JSON.stringify(objects)).not.toContain("plaintext");
  });

  it("leave what is no text in a Secret where it was, to be refused, and do not keep it", () => {
    const text =
      "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { a: YQ==, b: }\nstringData: { pin: 4711 }\n";
    const { objects } = read(text);
    expect(JSON.stringify(objects)).toMatch(/"data":\{"a":"<red[^}]*","b":"<red[^}]*"\},"stringData":\{"pin":\{\}\}/);
    expect(objects.flatMap(checkTexts).map(({ at }) => at)).toEqual([["stringData", "pin"]]);
  });

  it.each([
    ["no object", `${one}---\njust text\n`, 5],
    ["a List with something else in it", `apiVersion: v1\nkind: List\nitems: [{ kind: ConfigMap }]\n`, 3],
    ["no YAML", `${one}---\na: b: c\n`, 5, "ISM227"],
  ])("are told with their place from %s", (_, text, line, code = "ISM204") => {
    const { problems } = read(text);
    expect(problems.map((problem) => [problem.code, problem.range?.file, problem.range?.start.line])).toEqual([
      [code, "a.yaml", line],
    ]);
  });
});
