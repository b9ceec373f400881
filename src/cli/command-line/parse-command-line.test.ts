import { describe, expect, expectTypeOf, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Command } from "./command.ts";
import { defineCommand, defineGroup } from "./command.ts";
import { parseCommandLine } from "./parse-command-line.ts";

const ship = defineCommand({
  name: "ship",
  summary: "Ships",
  examples: [{ command: "isthmus ship west v1=10", does: "ship" }],
  arguments: {
    to: { value: "PORT", summary: "Where to", required: true },
    loads: { value: "LOAD", summary: "What", rest: true },
  },
  options: {
    file: { kind: "text", short: "f", value: "FILE", default: "mesh.yaml", summary: "", group: "Target" },
    yes: { kind: "flag", short: "y", summary: "", group: "Safety" },
    noVerify: { kind: "flag", summary: "", group: "Safety" },
    output: { kind: "choice", short: "o", choices: ["table", "json"], default: "table", summary: "", group: "Output" },
    names: { kind: "list", value: "NAME", summary: "", group: "Target" },
    step: { kind: "integer", value: "N", minimum: 1, maximum: 100, summary: "", group: "Safety" },
    timeout: { kind: "duration", default: "10m", summary: "", group: "Safety" },
  },
  run: async (args) => {
    expectTypeOf(args.to).toEqualTypeOf<string>();
    expectTypeOf(args.loads).toEqualTypeOf<readonly string[]>();
    expectTypeOf(args.file).toEqualTypeOf<string>();
    expectTypeOf(args.yes).toEqualTypeOf<boolean>();
    expectTypeOf(args.output).toEqualTypeOf<"table" | "json">();
    expectTypeOf(args.step).toEqualTypeOf<number | undefined>();
    expectTypeOf(args.timeout).toEqualTypeOf<number>();
    return 0;
  },
});
const dock = defineGroup({ name: "dock", summary: "Docks", examples: [], commands: [{ ...ship, name: "open" }] });
const commands: readonly Command[] = [ship, dock];

function values(line: string): Readonly<Record<string, unknown>> {
  const parsed = parseCommandLine(line.split(" "), commands);
  return parsed.kind === "run" ? parsed.values : { kind: parsed.kind };
}

function problems(line: string): readonly string[] {
  try {
    parseCommandLine(line.split(" "), commands);
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 64) {
      return error.diagnostics.map((one) => `${one.code} ${one.detail} ${one.fix ?? ""}`.trim());
    }
    throw error;
  }
  return [];
}

describe("parseCommandLine", () => {
  it("takes an equals sign after a short option as kubectl does, up to --", () => {
    expect(values("ship west -f=m.yaml -o=json")).toMatchObject({ file: "m.yaml", output: "json" });
    expect(values("ship west -fa=b.yaml")).toMatchObject({ file: "a=b.yaml" });
    expect(values("ship west -- -f=m.yaml")).toMatchObject({ file: "mesh.yaml", loads: ["-f=m.yaml"] });
  });

  it("fills in defaults", () => {
    expect(values("ship west")).toEqual({
      to: "west",
      loads: [],
      file: "mesh.yaml",
      yes: false,
      noVerify: false,
      output: "table",
      names: [],
      step: undefined,
      timeout: 600_000,
    });
  });

  it("converts every kind of value, in any order, with = or a space", () => {
    const line = "ship --timeout 1h30m west -yo json v1=10 --step=5 --names a,b --names c --no-verify v2=90 -f x.yaml";
    expect(values(line)).toEqual({
      to: "west",
      loads: ["v1=10", "v2=90"],
      file: "x.yaml",
      yes: true,
      noVerify: true,
      output: "json",
      names: ["a", "b", "c"],
      step: 5,
      timeout: 5_400_000,
    });
  });

  it.each(["--color never -q ship west", "ship west --color never -q", "ship --color=never west -q"])(
    "takes global flags anywhere: %s",
    (line) => {
      const parsed = parseCommandLine(line.split(" "), commands);
      expect(parsed.globals).toEqual({ color: "never", quiet: true, verbose: false });
    },
  );

  it.each([
    ["-h", []],
    ["ship -h", ["ship"]],
    ["ship west --bad-flag --help", ["ship"]],
    ["dock --help", ["dock"]],
    ["dock open -h", ["dock", "open"]],
    ["--help ship", ["ship"]],
    ["-h dock open", ["dock", "open"]],
    ["--color never dock --help open", ["dock", "open"]],
    ["--bad-flag shp --help", []],
  ] as const)("gives help for `%s` whatever else is wrong", (line, path) => {
    const parsed = parseCommandLine(line.split(" "), commands);
    expect(parsed.kind === "help" && parsed.path.map((one) => one.name)).toEqual(path);
  });

  it("gives help when nothing is asked", () => {
    expect(parseCommandLine([], commands)).toMatchObject({ kind: "help", path: [] });
  });

  it.each([
    ["shp west", ["ISM001 isthmus has no command shp. Did you mean ship?"]],
    ["fly", ["ISM001 isthmus has no command fly. `isthmus help` lists the commands."]],
    ["dock opn", ["ISM001 isthmus dock has no command opn. Did you mean open?"]],
    ["shp --help", ["ISM001 isthmus has no command shp. Did you mean ship?"]],
    ["--help fly", ["ISM001 isthmus has no command fly. `isthmus help` lists the commands."]],
    ["--color never fly -f x -h", ["ISM001 isthmus has no command fly. `isthmus help` lists the commands."]],
    ["dock opn west -h", ["ISM001 isthmus dock has no command opn. Did you mean open?"]],
    ["dock", ["ISM008 isthmus dock needs one of: open. `isthmus help dock` shows what each of them does."]],
    ["ship west --tiemout 5m", ["ISM002 isthmus ship has no option --tiemout. Did you mean --timeout?"]],
    ["ship west --verbos", ["ISM002 isthmus ship has no option --verbos. Did you mean --verbose?"]],
    ["ship", ["ISM003 isthmus ship needs PORT: where to. For example: isthmus ship west v1=10"]],
    ["ship west -f", ["ISM004 --file needs a value after it. `isthmus help ship` shows the options."]],
    [
      "ship west --names -f x",
      ["ISM004 --names needs a value after it, and -f is an option. `isthmus help ship` shows the options."],
    ],
    [
      "ship west --file --yes",
      ["ISM004 --file needs a value after it, and --yes is an option. `isthmus help ship` shows the options."],
    ],
    [
      "ship west --names a,,b",
      ['ISM005 --names is "a,,b", but takes words with a comma between them, none of them empty.'],
    ],
    ["ship west --yes=true", ['ISM005 --yes takes no value, but has "true". Write --yes alone.']],
    [
      "ship west -o xml --step 500 --timeout 10",
      [
        'ISM005 --output is "xml", but takes table or json.',
        'ISM005 --step is "500", but takes a whole number from 1 to 100.',
        'ISM005 --timeout is "10", but takes a duration, such as 90s, 10m or 1h30m.',
      ],
    ],
    ["ship west --color sometimes", ['ISM005 --color is "sometimes", but takes auto, always or never.']],
  ] as const)("explains what is wrong with `%s`", (line, expected) => {
    expect(problems(line)).toEqual(expected);
  });

  it("names the words that are too many", () => {
    const plain = defineCommand({ name: "plain", summary: "", examples: [], run: async () => 0 });
    expect(() => parseCommandLine(["plain", "a", "b"], [plain])).toThrow(/ISM006 .*isthmus plain does not take a b\./);
  });
});
