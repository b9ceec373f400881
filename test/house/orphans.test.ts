import { expect, it } from "vitest";
import { importsOf } from "./imports.ts";
import { listFiles } from "./tracked-files.ts";

/** The program's beginning, what only docs/reference is made of. */
const entries = ["src/cli/bin.ts", "src/engine/documents/event-reference.ts"];

const program = listFiles("src").filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !/\.test\.ts$|\/testing\/|\/fake\//.test(file),
);

const imported = new Set(
  program.flatMap((file) =>
    importsOf(file)
      .map(({ to }) => to)
      .filter((to) => to !== file),
  ),
);

it("has no file that nothing of the program imports: an object family in no wave, a reader or a rule that nobody calls", () => {
  expect(
    program.filter((file) => !imported.has(file) && !entries.includes(file)),
    "no file of src imports these: call a reader in src/engine/check/gather-facts.ts, render a family in src/core/render/render-mesh.ts, put a check or a rule into its list, or delete the file",
  ).toEqual([]);
});

it("excepts only files that are there and that nothing else imports", () => {
  expect(entries.filter((file) => !program.includes(file) || imported.has(file))).toEqual([]);
});
