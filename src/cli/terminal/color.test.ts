import { describe, expect, it } from "vitest";
import type { ColorWish } from "./color.ts";
import { decideColor } from "./color.ts";

const terminal = { isTTY: true };
const pipe = {};

describe("decideColor", () => {
  const cases: readonly (readonly [string, ColorWish["flag"], Record<string, string>, { isTTY?: boolean }, boolean])[] =
    [
      ["colours a terminal", "auto", { TERM: "xterm" }, terminal, true],
      ["does not colour a pipe", "auto", {}, pipe, false],
      ["obeys --color never on a terminal", "never", { FORCE_COLOR: "1" }, terminal, false],
      ["obeys --color always over NO_COLOR and on a pipe", "always", { NO_COLOR: "1" }, pipe, true],
      [
        "obeys NO_COLOR on a terminal, also over FORCE_COLOR",
        "auto",
        { NO_COLOR: "1", FORCE_COLOR: "1" },
        terminal,
        false,
      ],
      ["takes an empty NO_COLOR as not set", "auto", { NO_COLOR: "" }, terminal, true],
      ["obeys FORCE_COLOR on a pipe", "auto", { FORCE_COLOR: "1" }, pipe, true],
      ["takes FORCE_COLOR=0 as no", "auto", { FORCE_COLOR: "0" }, terminal, false],
      ["obeys CLICOLOR_FORCE on a pipe", "auto", { CLICOLOR_FORCE: "1" }, pipe, true],
      ["obeys CLICOLOR=0 on a terminal", "auto", { CLICOLOR: "0" }, terminal, false],
      ["leaves a dumb terminal plain", "auto", { TERM: "dumb" }, terminal, false],
    ];
  it.each(cases)("%s", (_, flag, env, stream, expected) => {
    expect(decideColor({ flag, env }, stream)).toBe(expected);
  });
});
