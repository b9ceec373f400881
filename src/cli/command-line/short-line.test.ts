import { expect, it } from "vitest";
import { commandSections } from "../command-table.ts";
import { readLine } from "../run-cli.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import { shortLine } from "./short-line.ts";

const commands = commandSections.flatMap((section) => section.commands);

it.each([[], ["-h"], ["--help"], ["-V"], ["--version"], ["version"]])(
  "reads %j without the parser as the parser does",
  async (...argv) => {
    expect(shortLine(argv)).toBeDefined();
    expect(await readLine(argv)).toEqual(parseCommandLine(argv, commands));
  },
);

it.each([["help"], ["--help", "plan"], ["--version", "-o", "json"], ["plan"], [""], ["--helpp"]])(
  "leaves %j to the parser",
  (...argv) => {
    expect(shortLine(argv)).toBeUndefined();
  },
);
