import { expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

const program = listFiles("src").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));

it("has one class of each error, so that instanceof means the same everywhere", () => {
  const names = program.flatMap((file) =>
    [...readText(file).matchAll(/\bclass (\w+Error) extends/g)].map(([, name = ""]) => name),
  );
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
