import { expect, it } from "vitest";
import { checks } from "../../src/core/checks/list.ts";
import { listFiles, readText } from "./tracked-files.ts";

const rows = [...readText("docs/guides/check.md").matchAll(/^\| (\d+)\. ([^|]+)\|([^|]+)\|([^|]+)\|$/gm)].map(
  ([, number = "", , found = "", broken = ""]) => ({
    number: Number(number),
    ids: [...found.matchAll(/`([^`]+)`/g)].map(([, id = ""]) => id),
    broken: broken.trim(),
  }),
);

it("has a check for every one of the twenty complaints", () => {
  const known: readonly string[] = checks.map((one) => one.id);
  expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(rows.filter((row) => row.ids.length === 0 || row.ids.some((id) => !known.includes(id)))).toEqual([]);
});

it("names for each the test that brings it about, or says why there is none", () => {
  const files = listFiles("test").map((file) => file.replace(/^test\/(.*?)(?:\.test)?\.ts$/, "$1"));
  const wrong = rows.filter(({ broken }) => !/^not: \S/.test(broken) && !files.includes(broken.split(" ")[0] ?? ""));
  expect(wrong).toEqual([]);
});

it("has every check in one of the guide's tables, so that who reads it knows what is looked for", () => {
  const tables = readText("docs/guides/check.md")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .join("\n");
  const missing = checks.map(({ id }) => id).filter((id) => !tables.includes(`\`${id}\``));
  expect(missing, "each of these checks needs a row in a table of docs/guides/check.md").toEqual([]);
});
