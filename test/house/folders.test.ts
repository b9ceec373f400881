import { expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

it("makes folders by src/files only, since Node's own recursive way never ends in some file systems", () => {
  const program = listFiles("src").filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !/^src\/(?:sandbox|files)\/|\/testing\//.test(file),
  );
  expect(program.length).toBeGreaterThan(300);
  expect(program.filter((file) => /\bmkdir(?:Sync)?\([^;]*recursive: true/.test(readText(file)))).toEqual([]);
});

it("finds the user's home by src/files only, since HOME may be empty or unset", () => {
  const program = listFiles("src").filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !/^src\/files\/|\/testing\//.test(file),
  );
  expect(program.filter((file) => /\bhomedir\(|env\["HOME"\]|env\.HOME\b/.test(readText(file)))).toEqual([]);
});
