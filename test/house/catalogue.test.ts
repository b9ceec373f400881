import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/core/diagnostics/catalogue.ts";
import { listFiles, readText } from "./tracked-files.ts";

const codeFiles = listFiles("src/core/diagnostics/codes");
const otherSources = listFiles("src").filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !codeFiles.includes(file),
);

describe("the catalogue of codes", () => {
  it("has every code once", () => {
    const all = codeFiles.flatMap((file) =>
      [...readText(file).matchAll(/^ {2}(ISM\d+):/gm)].map(([, code = ""]) => code),
    );
    const free = Array.from({ length: 1000 }, (_, number) => `ISM${String(number).padStart(3, "0")}`).filter(
      (code) => code > "ISM533" && !all.includes(code),
    );
    expect(
      all.filter((code, index) => all.indexOf(code) !== index),
      `these codes stand in two files of src/core/diagnostics/codes; free are ${free.slice(0, 5).join(", ")} …`,
    ).toEqual([]);
    expect(all.toSorted()).toEqual(Object.keys(catalogue).toSorted());
  });

  it("has a terse summary and a real explanation for each", () => {
    const thin = Object.entries(catalogue).filter(
      ([, { summary, explanation }]) =>
        summary.length < 5 ||
        summary.length > 70 ||
        /[.!:]$/.test(summary) ||
        explanation.length < 40 ||
        !explanation.endsWith("."),
    );
    expect(thin).toEqual([]);
  });

  it("has every code that the program uses, and none that it does not", () => {
    const used = new Set(
      otherSources.flatMap((file) => [...readText(file).matchAll(/\bISM\d{3}\b/g)].map(([code]) => code)),
    );
    expect([...used].filter((code) => !(code in catalogue)).toSorted()).toEqual([]);
    expect(Object.keys(catalogue).filter((code) => !used.has(code))).toEqual([]);
  });

  it("is the one place of every summary: diagnostics take it from here by their code", () => {
    const summaries = new Set(Object.values(catalogue).map(({ summary }) => summary));
    const repeated = otherSources.flatMap((file) =>
      [...readText(file).matchAll(/"([^"\n]+)"/g)]
        .filter(([, text = ""]) => summaries.has(text))
        .map(([, text]) => `${file}: ${text}`),
    );
    expect(repeated).toEqual([]);
  });
});
