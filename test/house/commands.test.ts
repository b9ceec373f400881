import { describe, expect, it } from "vitest";
import { commandSections } from "../../src/cli/command-table.ts";
import { globalOptions } from "../../src/cli/command-line/options.ts";
import { parseCommandLine } from "../../src/cli/command-line/parse-command-line.ts";
import { UserError } from "../../src/core/diagnostics/user-error.ts";
import { allCommands, leafCommands } from "./all-commands.ts";
import { listFiles, readText } from "./tracked-files.ts";

const commands = commandSections.flatMap((section) => section.commands);

describe.each(allCommands)("isthmus %s", (name, command) => {
  it("has a summary that reads like the others", () => {
    expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
  });

  it("has examples of itself that can be run", () => {
    // What only the program itself calls has no help to show them in.
    expect(command.examples.length > 0).toBe(command.hidden !== true);
    for (const { command: line } of command.examples) {
      expect(line).toContain(`isthmus ${name}`);
      expect(problemsOf(line)).toEqual([]);
    }
  });
});

describe.each(leafCommands)("the options of isthmus %s", (_, command) => {
  it("do not meet each other or the global ones", () => {
    const specs = [...Object.values(command.options), ...Object.values(globalOptions)];
    const shorts = specs.flatMap((spec) => ("short" in spec && spec.short !== undefined ? [spec.short] : []));
    const keys = [...Object.keys(command.options), ...Object.keys(globalOptions), ...Object.keys(command.arguments)];
    expect([...shorts, "h"].filter((short, index, list) => list.indexOf(short) !== index)).toEqual([]);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it("mean the same by a letter as everywhere else", () => {
    const letters: Readonly<Record<string, string>> = { f: "file", o: "output", y: "yes", n: "namespace" };
    const different = Object.entries(command.options).filter(
      ([key, spec]) => spec.short !== undefined && letters[spec.short] !== key,
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });

  it("have defaults that they take themselves", () => {
    const defaults = Object.values(command.options).filter(
      (spec) => spec.kind === "choice" && spec.default !== undefined && !spec.choices.includes(spec.default),
    );
    expect(defaults).toEqual([]);
  });
});

const pages = listFiles().filter((file) => file.endsWith(".md"));

it.each(pages)("every command line in %s can be run", (page) => {
  const fences = [...readText(page).matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)];
  const fenced = fences.flatMap(([, language = "", block = ""]) =>
    /^(sh|bash|console|)$/.test(language) ? block.split("\n") : [],
  );
  const inline = [...readText(page).matchAll(/`((?:\.\/)?isthmus [a-z][^`]*)`/g)].map(([, line = ""]) => line);
  const lines = [...fenced.map((line) => line.trim().replace(/^\$ /, "")), ...inline].filter((line) =>
    /(^|\s|\()(\.\/)?isthmus [a-z-]/.test(line),
  );
  expect(lines.flatMap((line) => problemsOf(line).map((problem) => `${line}: ${problem}`))).toEqual([]);
});

/** What the parser says to the isthmus part of a shell line; what stands for something else (`FILE`, `…`, `[-f]`) is only looked at by its verb. */
function problemsOf(line: string): readonly string[] {
  const [, part = ""] = /(?:^|[\s(])(?:\.\/)?isthmus ([^|>#)&;]*)/.exec(line) ?? [];
  const words = part
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/^'|'$/g, ""));
  const [first = ""] = words;
  if (first === "" || /[[\]<>…\\]|\.\.\.|\b[A-Z]{3,}\b/.test(part.replaceAll(/\bISM\d+\b/g, ""))) {
    return first === "" || commands.some((command) => command.name === first) ? [] : [`no command ${first}`];
  }
  try {
    parseCommandLine(words, commands);
    return [];
  } catch (error) {
    if (
      error instanceof UserError &&
      error.diagnostics.every((one) => one.code === "ISM003" || one.code === "ISM008")
    ) {
      // In prose a command is named without what it needs.
      return [];
    }
    return [error instanceof Error ? error.message : String(error)];
  }
}
