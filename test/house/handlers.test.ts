import { expect, it } from "vitest";
import { importsOf } from "./imports.ts";
import { listFiles } from "./tracked-files.ts";

const program = listFiles("src/cli").filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("/testing/"),
);

it("reads mesh files and makes the engine's options in one place each; handlers have them from their context", () => {
  const readers = program.flatMap(importsOf).filter(({ to }) => to.startsWith("src/engine/mesh-file.ts"));
  const makers = program.flatMap(importsOf).filter(({ to }) => to === "src/cli/handlers/engine-options.ts");
  expect([...new Set(readers.map(({ from }) => from))]).toEqual([
    "src/cli/handlers/read-mesh.ts",
    "src/cli/handlers/shift.ts",
    "src/cli/handlers/validate.ts",
    "src/cli/terminal/context.ts",
  ]);
  expect(makers.map(({ from }) => from)).toEqual(["src/cli/create-context.ts"]);
});
