import { expect, it } from "vitest";
import { importsOf } from "./imports.ts";
import { listFiles } from "./tracked-files.ts";

const files = listFiles("src").filter((file) => file.endsWith(".ts"));
const targetsOf = new Map(files.map((file) => [file, importsOf(file).map((one) => one.to)]));

/** Groups of files that import each other in a circle, by Tarjan's strongly connected components; imports of types count too. */
function circles(): readonly (readonly string[])[] {
  const indexOf = new Map<string, number>();
  const lowOf = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    indexOf.set(file, indexOf.size);
    lowOf.set(file, indexOf.get(file) ?? 0);
    stack.push(file);
    for (const target of targetsOf.get(file) ?? []) {
      if (!targetsOf.has(target)) {
        continue;
      }
      if (!indexOf.has(target)) {
        visit(target);
        lowOf.set(file, Math.min(lowOf.get(file) ?? 0, lowOf.get(target) ?? 0));
      } else if (stack.includes(target)) {
        lowOf.set(file, Math.min(lowOf.get(file) ?? 0, indexOf.get(target) ?? 0));
      }
    }
    if (lowOf.get(file) === indexOf.get(file)) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1) {
        found.push(group.toSorted());
      }
    }
  };
  for (const file of files) {
    if (!indexOf.has(file)) {
      visit(file);
    }
  }
  return found;
}

it("has no circle of imports anywhere in src, types included", () => {
  expect(circles()).toEqual([]);
});
