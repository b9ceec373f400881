import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { listFiles, readText, root } from "./tracked-files.ts";

const files = listFiles().filter((file) => file.endsWith(".test.ts"));
const slow = files.filter((file) => !file.startsWith("src/"));

/** Which files each group takes, of all or of those that a name fits, as vitest finds them without running any. */
const finder = `
  import path from "node:path";
  import { createVitest } from "vitest/node";
  const vitest = await createVitest("test", { watch: false, reporters: [] });
  const find = async (names) =>
    (await vitest.globTestSpecifications(names)).map((one) => [one.project.name, path.relative(process.cwd(), one.moduleId)]);
  const named = [];
  for (const name of process.argv.slice(2)) named.push([name, await find([name])]);
  console.log("found " + JSON.stringify({ all: await find(), named }));
  await vitest.close();
`;

type Found = readonly (readonly [group: string, file: string])[];

function find(
  names: readonly string[],
  tests: "all" | "",
): { readonly all: Found; readonly named: readonly (readonly [name: string, found: Found])[] } {
  const ran = spawnSync(process.execPath, ["--input-type=module", "-e", finder, "vitest", ...names], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, VITEST: undefined, ISTHMUS_TESTS: tests },
    maxBuffer: 64 * 1024 * 1024,
  });
  const [, json] = /^found (.*)$/m.exec(ran.stdout) ?? [];
  if (json === undefined) {
    throw new Error(`${ran.stdout}\n${ran.stderr}`);
  }
  return JSON.parse(json) as ReturnType<typeof find>;
}

/** The words behind each call of that script in a command of package.json. */
function groupsOf(command: string, script: string): readonly string[] {
  return [...command.matchAll(new RegExp(`${script} ([a-z0-9 -]+)`, "g"))].flatMap(([, words = ""]) =>
    words.trim().split(" "),
  );
}

it("takes every test there is, each in one group, and asks for all groups that need a sandbox or long", () => {
  const { all } = find([], "all");
  expect(all.map(([, file]) => file).toSorted()).toEqual(files);
  const { scripts } = JSON.parse(readText("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const soak = groupsOf(scripts["test:soak"] ?? "", "\\./scripts/test");
  const onNodes = groupsOf(readText("scripts/test-nodes"), '\\[ "\\$#" -gt 0 \\] \\|\\| set --');
  const always = groupsOf(readText("scripts/test"), '\\[ "\\$#" -gt 0 \\] \\|\\| set --');
  const groups = [...new Set(all.map(([group]) => group))];
  expect(groups.filter((group) => ![...soak, ...onNodes].includes(group))).toEqual(["house"]);
  expect(always).toContain("house");
});

it("has a group for each file by its name, also on days that leave it out", () => {
  const { named } = find(slow, "");
  expect(named.map(([name, found]) => [name, found.map(([, file]) => file)])).toEqual(
    slow.map((name) => [name, [name]]),
  );
});
