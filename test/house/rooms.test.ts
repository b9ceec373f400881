import { expect, it } from "vitest";
import type { Import } from "./imports.ts";
import { importsOf } from "./imports.ts";
import { listFiles, readText } from "./tracked-files.ts";

/** The rooms of src/engine, and which others each may import from; the files at its root are open to all. */
const engine: Readonly<Record<string, readonly string[]>> = {
  operations:
    "traffic documents apply status support plan check trust manifests front-door clusters progress facts export init".split(
      " ",
    ),
  documents: ["status", "traffic"],
  traffic: ["apply", "plan", "front-door", "clusters", "facts", "progress"],
  apply: ["plan", "trust", "front-door", "clusters", "facts", "progress"],
  status: ["plan", "trust", "front-door", "clusters", "facts"],
  support: ["plan", "clusters", "facts", "progress"],
  // Drift is what a plan finds.
  check: ["plan", "front-door", "clusters", "facts", "progress"],
  plan: ["trust", "manifests", "front-door", "clusters", "facts"],
  "front-door": ["clusters", "facts", "progress"],
  trust: ["clusters", "facts"],
  manifests: ["clusters"],
  clusters: ["facts"],
  progress: [],
  facts: [],
  export: [],
  init: ["progress"],
};

/** The rooms of src/cli; handlers and views are imported by commands when these run, never before. */
const cli: Readonly<Record<string, readonly string[]>> = {
  commands: ["command-line", "terminal"],
  handlers: ["views", "command-line", "terminal"],
  views: ["command-line", "terminal"],
  "command-line": ["terminal"],
  terminal: [],
};

const atRoot: Readonly<Record<string, readonly string[]>> = {
  engine: ["events.ts", "mesh-file.ts", "options.ts"],
  cli: ["bin.ts", "command-table.ts", "create-context.ts", "handle-error.ts", "run-cli.ts"],
};

const program = listFiles("src").filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("/testing/"),
);

/** The part of the program and its room: `["engine", "plan"]`; a file at a part's root has the room "". */
function placeOf(file: string): readonly [part: string, room: string] {
  const [, part = "", ...rest] = file.split("/");
  return [part, rest.length > 1 ? (rest[0] ?? "") : ""];
}

function importsWithin(part: string): readonly Import[] {
  return program
    .filter((file) => placeOf(file)[0] === part)
    .flatMap(importsOf)
    .filter(({ to }) => to.startsWith("src/") && placeOf(to)[0] === part);
}

function against(part: string, rooms: Readonly<Record<string, readonly string[]>>): readonly Import[] {
  return importsWithin(part).filter(({ from, to }) => {
    const [, here] = placeOf(from);
    const [, there] = placeOf(to);
    return here !== "" && there !== "" && here !== there && !(rooms[here] ?? []).includes(there);
  });
}

it.each(Object.keys(atRoot))("src/%s has no loose file but those that its root names", (part) => {
  const loose = program.filter((file) => placeOf(file)[0] === part && placeOf(file)[1] === "");
  expect(loose.map((file) => file.split("/")[2])).toEqual(atRoot[part]);
});

it.each([
  ["engine", engine],
  ["cli", cli],
] as const)("src/%s has the rooms that are known, each with an entry here", (part, rooms) => {
  const found = new Set(program.filter((file) => placeOf(file)[0] === part).map((file) => placeOf(file)[1]));
  expect([...found].filter((room) => room !== "" && !(room in rooms))).toEqual([]);
});

it("imports within src/engine go from an upper room to a lower one", () => {
  expect(against("engine", engine)).toEqual([]);
});

it("src/engine has no arrow in that list that nothing uses", () => {
  const drawn = new Set(importsWithin("engine").map(({ from, to }) => `${placeOf(from)[1]} → ${placeOf(to)[1]}`));
  const allowed = Object.entries(engine).flatMap(([room, others]) => others.map((other) => `${room} → ${other}`));
  expect(allowed.filter((arrow) => !drawn.has(arrow))).toEqual([]);
});

it("docs/architecture.md has every room of src/engine, above all rooms that it imports", () => {
  const rows = [...readText("docs/architecture.md").matchAll(/^\| (\d) +\| `([\w-]+)` *\|/gm)];
  const floors = new Map(rows.map(([, floor, room = ""]) => [room, Number(floor)]));
  expect([...floors.keys()].toSorted()).toEqual(Object.keys(engine).toSorted());
  const climbs = Object.entries(engine).flatMap(([room, others]) =>
    others
      .filter((other) => (floors.get(other) ?? 0) >= (floors.get(room) ?? 0))
      .map((other) => `${room} of floor ${floors.get(room)} imports ${other} of floor ${floors.get(other)}`),
  );
  expect(climbs).toEqual([]);
});

it("docs/architecture.md has every room of src/core", () => {
  const [, section = ""] = readText("docs/architecture.md").split("## The rooms of the core");
  const rows = [...section.matchAll(/^\| `([\w-]+)` *\|/gm)].map(([, room = ""]) => room);
  const rooms = program.filter((file) => placeOf(file)[0] === "core").map((file) => placeOf(file)[1]);
  expect(rows.toSorted()).toEqual([...new Set(rooms)].filter((room) => room !== "").toSorted());
});

it("imports within src/cli go from an upper room to a lower one, and commands load handlers and views late", () => {
  const late = ({ from, to }: Import): boolean =>
    placeOf(from)[1] === "commands" && ["handlers", "views"].includes(placeOf(to)[1]) && isImportedLate(from, to);
  expect(against("cli", cli).filter((one) => !late(one))).toEqual([]);
});

it("enters src/engine by its operations and documents only", () => {
  const entered = program
    .filter((file) => placeOf(file)[0] === "cli")
    .flatMap(importsOf)
    .filter(({ to }) => to.startsWith("src/engine/") && !["", "operations", "documents"].includes(placeOf(to)[1]));
  expect(entered).toEqual([]);
});

/** True when every import of that file is an `import()`. */
function isImportedLate(from: string, to: string): boolean {
  const name = to.split("/").slice(-2).join("/");
  const statics = readText(from)
    .split(";")
    .filter((statement) => /^\s*import\s(?!type)/.test(statement) && statement.includes(`/${name}"`));
  return statics.length === 0;
}
