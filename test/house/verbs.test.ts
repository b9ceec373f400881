import { describe, expect, it } from "vitest";
import { eventReference } from "../../src/engine/documents/event-reference.ts";
import { allCommands, commandFile, leafCommands } from "./all-commands.ts";
import { importsOf } from "./imports.ts";
import { listFiles, readText } from "./tracked-files.ts";

// What AGENTS.md asks of whoever adds a verb; each test fails for one part that is forgotten.

const files = listFiles("src").filter((file) => file.endsWith(".ts"));
const program = files.filter((file) => !file.endsWith(".test.ts") && !file.includes("/testing/"));
const tests = [...files, ...listFiles("test")].filter((file) => file.endsWith(".test.ts"));
const testTexts = tests.map(readText);
const visible = leafCommands.filter(([, command]) => command.hidden !== true);

const inRoom = (room: string) => (file: string) => new RegExp(`^src/${room}/[^/]+\\.ts$`).test(file);
const isView = inRoom("cli/views");
const isOperation = inRoom("engine/operations");

/** What a file imports of the program, and what that imports, below one folder. */
function reachedFrom(file: string, under: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (from: string): void => {
    for (const { to } of importsOf(from)) {
      if (to.startsWith(under) && to.endsWith(".ts") && !reached.has(to)) {
        reached.add(to);
        visit(to);
      }
    }
  };
  visit(file);
  return reached;
}

/** What a command does: its `run`, without its tables, and what this imports of the program, without what is only declared. */
function workOf(name: string): string {
  const text = readText(commandFile(name));
  const reached = [...reachedFrom(commandFile(name), "src/cli/")].filter((file) => !inRoom("cli/commands")(file));
  const called = new Set([
    ...reached,
    ...reached
      .flatMap(importsOf)
      .map(({ to }) => to)
      .filter(isOperation),
  ]);
  called.delete("src/cli/command-line/options.ts");
  const bodies = [...called].map((file) => readText(file).replaceAll(/export (interface|type) [\s\S]*?\n\}?\n/g, ""));
  return [text.slice(text.indexOf("  run:")), ...bodies].join("\n").replaceAll(/^\s*(\/\*\*|\*|\/\/).*$/gm, "");
}

describe("the command table", () => {
  it("has every command that src/cli/commands declares, each in the file of its name", () => {
    const known = allCommands.map(([name]) => commandFile(name));
    expect(program.filter(inRoom("cli/commands"))).toEqual(known.toSorted());
  });
});

describe("src/cli and the operations", () => {
  it("are tested: every operation and every view is reached by a test, beside it or through a whole command", () => {
    const entered = new Set(tests.flatMap(importsOf).map(({ to }) => to));
    const throughCommands = new Set(visible.filter(([name]) => isRun(name)).flatMap(([name]) => reachedOf(name)));
    const tested = program.filter((file) => isOperation(file) || isView(file));
    expect(tested.filter((file) => !entered.has(file) && !throughCommands.has(file))).toEqual([]);
  });
});

describe.each(visible)("isthmus %s", (name, command) => {
  it("is run by a test, in process or on a sandbox", () => {
    expect(isRun(name)).toBe(true);
  });

  it("uses every option and argument that it takes", () => {
    const work = workOf(name);
    const keys = [...Object.keys(command.options), ...Object.keys(command.arguments)];
    // The context of a mesh reads these two.
    const byContext = readText(commandFile(name)).includes("defineMeshCommand") ? ["file", "cluster"] : [];
    expect(keys.filter((key) => !byContext.includes(key) && !new RegExp(`\\b${key}\\b`).test(work))).toEqual([]);
  });

  it("is in the README, or below a noun that is", () => {
    const [noun = name] = name.split(" ");
    const meta = ["completion", "explain", "help", "schema", "version"];
    expect(meta.includes(noun) || readText("README.md").includes(`| \`isthmus ${noun}`)).toBe(true);
  });
});

describe.each(visible.filter(([name]) => program.includes(`src/cli/handlers/${name.replace(" ", "-")}.ts`)))(
  "the handler of isthmus %s",
  (name) => {
    it("calls the engine or the sandbox by an operation", () => {
      const handler = `src/cli/handlers/${name.replace(" ", "-")}.ts`;
      expect(importsOf(handler).some(({ to }) => /^src\/(engine|sandbox)\/operations\//.test(to))).toBe(true);
    });
  },
);

it("tells programs by events what a command does that asks before it changes clusters", () => {
  const asking = leafCommands.filter(([name, { options }]) => "yes" in options && name !== "demo");
  const silent = asking.filter(([, { options }]) => {
    const { output, eventsTo } = options as Readonly<Record<string, unknown>>;
    return eventsTo === undefined || !JSON.stringify(output ?? "").includes("jsonl");
  });
  expect(asking.length).toBeGreaterThan(5);
  expect(silent.map(([name]) => name)).toEqual([]);
});

it("names the events of a command that changes clusters in the reference", () => {
  const documented = Object.keys(eventReference);
  const emitted = program
    .filter((file) => file.startsWith("src/engine/"))
    .flatMap((file) => [...readText(file).matchAll(/onEvent\(\{ kind: "([\w.]+)"/g)].map(([, kind]) => kind));
  expect(emitted.length).toBeGreaterThan(10);
  expect(emitted.filter((kind) => !documented.includes(kind ?? ""))).toEqual([]);
});

function reachedOf(name: string): readonly string[] {
  return [...reachedFrom(commandFile(name), "src/cli/")].flatMap((file) => [
    file,
    ...importsOf(file).map(({ to }) => to),
    ...reachedFrom(file, "src/engine/operations/"),
  ]);
}

/** True when a test runs that command line. */
function isRun(name: string): boolean {
  const words = name.replace(" ", "[ \"', ]+");
  const call = new RegExp(`\\b(?:run|runIsthmus|isthmus|start)\\w*\\(\\s*(?:\\[\\s*)?["'\`]${words}(?![\\w-])`);
  return testTexts.some((text) => call.test(text));
}
