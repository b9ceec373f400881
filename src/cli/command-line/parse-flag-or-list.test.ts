import { describe, expect, expectTypeOf, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Command } from "./command.ts";
import { defineCommand } from "./command.ts";
import { parseCommandLine } from "./parse-command-line.ts";

const ship = defineCommand({
  name: "ship",
  summary: "Ships",
  examples: [],
  arguments: { to: { value: "PORT", summary: "Where to" } },
  options: { takeOver: { kind: "flag-or-list", value: "KIND", summary: "", group: "Safety" } },
  run: async (args) => {
    expectTypeOf(args.takeOver).toEqualTypeOf<boolean | readonly string[]>();
    return 0;
  },
});
const commands: readonly Command[] = [ship];

describe("an option that may stand alone or have a list", () => {
  it.each([
    ["ship", { takeOver: false, to: undefined }],
    ["ship --take-over west", { takeOver: true, to: "west" }],
    ["ship west --take-over", { takeOver: true, to: "west" }],
    ["ship --take-over=Deployment west", { takeOver: ["Deployment"], to: "west" }],
    ["ship --take-over=Deployment,Service --take-over=Secret", { takeOver: ["Deployment", "Service", "Secret"] }],
    ["ship --take-over=Deployment --take-over", { takeOver: true }],
    ["ship -- --take-over", { takeOver: false, to: "--take-over" }],
  ])("%s", (line, expected) => {
    const parsed = parseCommandLine(line.split(" "), commands);
    expect(parsed.kind === "run" ? parsed.values : parsed).toMatchObject(expected);
  });

  it("refuses = without a value, which is not every kind", () => {
    expect(() => parseCommandLine(["ship", "--take-over="], commands)).toThrow(UserError);
  });
});
