import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { factsVersion } from "../../src/core/checks/facts.ts";
import { listFiles, readText, root } from "./tracked-files.ts";

/** What asks clusters for facts: the rooms of the readers, and every file that is called after reading. */
const readers = listFiles("src/engine").filter(
  (file) =>
    file.endsWith(".ts") &&
    !file.endsWith(".test.ts") &&
    !file.includes("/testing/") &&
    (/^src\/engine\/(?:facts|check)\//.test(file) || path.basename(file).startsWith("read-")),
);

function testOf(file: string): string {
  return file.replace(/\.ts$/, ".test.ts");
}

it.each(readers)("%s has a test beside it", (reader) => {
  expect(existsSync(path.join(root, testOf(reader))), `${reader} needs ${testOf(reader)}`).toBe(true);
});

/** A type of the facts document: the names of its fields, and the types that it is made of. */
interface FactType {
  readonly fields: readonly string[];
  /** Those that every document has. */
  readonly required: readonly string[];
  readonly parts: readonly string[];
}

const declarations = listFiles("src/core/checks")
  .filter((file) => file.endsWith("facts.ts"))
  .flatMap((file) => readText(file).split(/^(?=export (?:interface|type) )/m))
  .flatMap((text) => {
    const name = /^export (?:interface|type) (\w+)/.exec(text)?.[1];
    return name === undefined ? [] : [[name, text] as const];
  });
const names = declarations.map(([name]) => name);

const types = new Map<string, FactType>(
  declarations.map(([name, text]) => {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    return [
      name,
      {
        fields: [...code.matchAll(/\breadonly (\w+)\??:/g)].map(([, field = ""]) => field),
        required: [...code.matchAll(/\breadonly (\w+):/g)].map(([, field = ""]) => field),
        parts: names.filter((other) => other !== name && new RegExp(`\\b${other}\\b`).test(code)),
      },
    ];
  }),
);

/** The types that make up a whole cluster or mesh: who makes one does not make its parts. */
const wholes = new Set(["MeshFacts", "ClusterSnapshot", "ReachedCluster"]);

function withParts(name: string, known: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const seen = new Set([...known, name]);
  return (types.get(name)?.parts ?? []).reduce<ReadonlySet<string>>(
    (all, part) => (all.has(part) ? all : new Set([...all, ...withParts(part, all)])),
    seen,
  );
}

/** What puts a field into a whole that it does not import. */
const alsoMakes: Readonly<Record<string, readonly string[]>> = { "src/engine/check/read-drift.ts": ["ReachedCluster"] };

/** What makes facts of what clusters answer, with what each makes. */
const makers = [...readers, "src/core/plan/drift.ts"].map((file) => {
  const imported = names.filter((name) => new RegExp(`^import type[^;]*\\b${name}\\b[^;]*;`, "m").test(readText(file)));
  const made = imported.flatMap((name) =>
    name === "ClusterSnapshot" ? [name, "ReachedCluster"] : wholes.has(name) ? [name] : [...withParts(name)],
  );
  return { file, made: new Set([...made, ...(alsoMakes[file] ?? [])]) };
});

describe("a field of the facts document", () => {
  const fields = [...types].flatMap(([type, { fields: all }]) =>
    [...new Set(all)].map((field) => [type, field] as const),
  );

  it("belongs to a type that is found here", () => {
    expect(fields.length).toBeGreaterThan(150);
  });

  it.each(fields)("%s.%s is in the test of what makes it", (type, field) => {
    const tests = makers.filter(({ made }) => made.has(type)).map(({ file }) => testOf(file));
    const named = new RegExp(`(?:\\b|["'])${field}["']?\\s*[:,}]|\\.${field}\\b`);
    expect(tests, `nothing in src/engine/facts or src/engine/check makes a ${type}`).not.toEqual([]);
    expect(
      tests.filter((test) => named.test(readText(test))),
      `${field} of ${type} has to be in what ${tests.join(" or ")} expects`,
    ).not.toEqual([]);
  });
});

describe("the version of the facts document", () => {
  const record = "test/house/testdata/facts-fields.txt";
  const current = [...types].flatMap(([type, { required }]) =>
    [...new Set(required)].map((field) => `${type}.${field}`),
  );
  const typeOf = (field: string): string => field.split(".")[0] ?? "";

  /** Fields that documents of the recorded version lack, though a type that they have asks for them. */
  function lackedBy(recorded: readonly string[], fields: readonly string[]): readonly string[] {
    const known = new Set(recorded.map(typeOf));
    return fields.filter((field) => !recorded.includes(field) && known.has(typeOf(field)));
  }

  it("sees a new field of a type that was there, and not one that may be missing", () => {
    expect(lackedBy(["A.one"], ["A.one", "A.two", "B.one"])).toEqual(["A.two"]);
  });

  it("is raised with every field that all documents have: those of before lack it", () => {
    const [first, ...recorded] = existsSync(path.join(root, record)) ? readText(record).trim().split("\n") : [];
    const version = `version ${factsVersion}`;
    const lacked = first === version ? lackedBy(recorded, current) : [];
    expect(lacked, "raise factsVersion in src/core/checks/facts.ts, or let these fields be missing").toEqual([]);
    if (process.env["UPDATE_GOLDEN"] === "1") {
      writeFileSync(path.join(root, record), `${[version, ...current.toSorted()].join("\n")}\n`);
    }
    expect(readText(record).split("\n")[0], `UPDATE_GOLDEN=1 writes ${record} for the new version`).toBe(version);
  });
});
