import { expect, it } from "vitest";
import { commandFile, leafCommands } from "./all-commands.ts";
import { importsOf } from "./imports.ts";
import { listFiles, readText } from "./tracked-files.ts";

const program = listFiles("src/cli").filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("/testing/"),
);

it("reads mesh files and makes the engine's options in one place each; handlers have them from their context", () => {
  const readers = program.flatMap(importsOf).filter(({ to }) => to.startsWith("src/engine/mesh-file.ts"));
  const makers = program.flatMap(importsOf).filter(({ to }) => to === "src/cli/handlers/engine-options.ts");
  expect([...new Set(readers.map(({ from }) => from))]).toEqual([
    "src/cli/handlers/read-mesh.ts",
    "src/cli/handlers/validate.ts",
    "src/cli/terminal/context.ts",
  ]);
  expect(makers.map(({ from }) => from)).toEqual(["src/cli/create-context.ts"]);
});

const codeOf = (file: string): string =>
  readText(file)
    .split("\n")
    .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line))
    .join("\n");

it("lets no handler know what -o asks for: it shows results through the view that it is given", () => {
  const knowing = program.filter((file) => file.startsWith("src/cli/handlers/") && /\boutput\b/.test(codeOf(file)));
  // The demo names the forms of the views that it makes itself.
  expect(knowing).toEqual(["src/cli/handlers/demo.ts"]);
});

it("lets commands use -o for nothing but choosing a view", () => {
  const uses = program
    .filter((file) => file.startsWith("src/cli/commands/"))
    .flatMap((file) => [...codeOf(file).matchAll(/.*args\.output.*/g)].map(([line]) => `${file}: ${line.trim()}`));
  expect(uses.length).toBeGreaterThan(5);
  expect(uses.filter((line) => !/\b[a-z]\w*View\(args\.output, context\)/i.test(line))).toEqual([]);
});

it("has a view for every command that takes -o", () => {
  const without = leafCommands.filter(
    ([name, command]) =>
      "output" in command.options &&
      !importsOf(commandFile(name)).some(({ to }) => /^src\/cli\/views\/[a-z-]+\.ts$/.test(to)),
  );
  expect(without.map(([name]) => name)).toEqual([]);
});
