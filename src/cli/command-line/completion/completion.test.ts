import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandSections } from "../../command-table.ts";
import { runIsthmus } from "../../testing/run-isthmus.ts";
import { bashCompletion } from "./bash.ts";
import { listCompletionPlaces } from "./completion-model.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const places = listCompletionPlaces(commandSections.flatMap((section) => section.commands));

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "isthmus-completion-"));
  mkdirSync(path.join(folder, "my folder"));
  writeFileSync(path.join(folder, "mesh.yaml"), "");
  writeFileSync(path.join(folder, "other.txt"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash would offer for the words; the last one is where the cursor stands. */
function complete(...words: readonly string[]): readonly string[] {
  const script = `${bashCompletion(places)}
COMP_WORDS=(isthmus "$@")
COMP_CWORD=$#
_isthmus
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync("bash", ["-uc", script, "bash", ...words], { cwd: folder, encoding: "utf8" });
  return out
    .split("\n")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

describe("bash completion", () => {
  it("offers the commands, and only those that begin right", () => {
    expect(complete("")).toEqual(expect.arrayContaining(["apply", "plan", "sandbox", "completion"]));
    expect(complete("s")).toEqual(["schema", "status", "shift", "support-bundle", "sandbox"]);
  });

  it("offers what stands below a noun, but nothing hidden", () => {
    expect(complete("sandbox", "")).toEqual(expect.arrayContaining(["up", "down"]));
    expect(complete("sandbox", "")).not.toContain("node");
  });

  it.each([
    ["of a command", ["apply", "--p"], ["--prune"]],
    ["of a command below a noun", ["sandbox", "up", "--na"], ["--names"]],
    ["that are global, after the command", ["apply", "--col"], ["--color"]],
    ["that are global, before the command", ["--col"], ["--color"]],
    ["after other options with values", ["apply", "-f", "mesh.yaml", "--ti"], ["--timeout"]],
  ])("offers options %s", (_, words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });

  it.each([
    ["words", ["plan", "-o", ""], ["table", "json"]],
    ["words after =, which bash makes a word of its own", ["--color", "=", "al"], ["always"]],
    ["words of an argument", ["completion", ""], ["bash", "zsh", "fish"]],
    ["topics of help", ["help", "exit"], ["exit-codes"]],
  ])("offers values: %s", (_, words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });

  it("takes what stands after = of an option that may stand alone for no argument", () => {
    expect(complete("apply", "--force-conflicts", "=", "")).toEqual([]);
    expect(complete("apply", "--force-conflicts", "=", "Deployment", "m").toSorted()).toEqual([
      "mesh.yaml",
      "my folder",
    ]);
    expect(complete("apply", "--force-conflicts", "m").toSorted()).toEqual(["mesh.yaml", "my folder"]);
  });

  it("offers files, with spaces in their names too", () => {
    expect(complete("apply", "-f", "m").toSorted()).toEqual(["mesh.yaml", "my folder"]);
  });

  it("finds the command after global options with values", () => {
    expect(complete("--color", "never", "sandbox", "lo")).toEqual(["logs"]);
  });

  it("offers nothing where only the user knows", () => {
    expect(complete("shift", "hello")).toEqual([]);
    expect(complete("apply", "--timeout", "")).toEqual([]);
  });
});

describe("the scripts for other shells", () => {
  it.each([
    ["zsh", zshCompletion(places)],
    ["fish", fishCompletion(places)],
  ])("for %s knows every command and option", (shell, script) => {
    for (const place of places) {
      for (const option of place.options) {
        const long = option.flags.at(-1) ?? "";
        expect(script).toContain(shell === "fish" ? `-l ${long.slice(2)}` : long);
      }
    }
    expect(script).not.toContain("undefined");
  });

  it.each([
    ["zsh", zshCompletion(places)],
    ["fish", fishCompletion(places)],
  ])("for %s is read by the shell, where it is installed", (shell, script) => {
    const ran = spawnSync(shell, ["-n", "/dev/stdin"], { input: script, encoding: "utf8" });
    // Not installed is no failure of the script.
    expect(ran.error === undefined ? ran.stderr : "").toBe("");
  });
});

it.each([
  ["bash", bashCompletion],
  ["zsh", zshCompletion],
  ["fish", fishCompletion],
] as const)("isthmus completion %s prints its script", async (shell, script) => {
  const { out, err, code } = await runIsthmus(`completion ${shell}`);
  expect([code, err]).toEqual([0, ""]);
  expect(out.trimEnd()).toBe(script(places).trimEnd());
});
