import { describe, expect, it } from "vitest";
import { importsOf } from "./imports.ts";
import { listFiles, readText } from "./tracked-files.ts";

/** Which rooms a room may import from besides itself (docs/architecture.md). */
const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  files: [],
  kube: ["core", "files"],
  pki: ["core", "files"],
  providers: ["kube", "core", "files"],
  engine: ["kube", "pki", "providers", "core", "files"],
  sandbox: ["kube", "pki", "core", "files"],
  cli: ["engine", "sandbox", "core", "files"],
};

const sources = listFiles("src").filter((file) => file.endsWith(".ts"));
const program = sources.filter((file) => !file.endsWith(".test.ts") && !file.includes("/testing/"));
const pure = program.filter((file) => file.startsWith("src/core/"));

function roomOf(file: string): string {
  return file.split("/")[1] ?? "";
}

describe("import arrows", () => {
  it("knows every room", () => {
    expect([...new Set(sources.map(roomOf))].filter((room) => !(room in arrows))).toEqual([]);
  });

  it("finds imports at all", () => {
    expect(importsOf("src/cli/bin.ts").map((one) => one.to)).toContain("src/cli/run-cli.ts");
    expect(importsOf("src/pki/certificate-authority.ts").map((one) => one.to)).toContain("reflect-metadata");
  });

  it("goes one way, but for tests that need an API server or what another room has for tests", () => {
    const against = sources.flatMap(importsOf).filter(({ from, to }) => {
      const allowed = [roomOf(from), ...(arrows[roomOf(from)] ?? [])];
      const fake = to.startsWith("src/kube/fake/") || to.includes("/testing/");
      return !(fake && !program.includes(from)) && to.startsWith("src/") && !allowed.includes(roomOf(to));
    });
    expect(against).toEqual([]);
  });

  it("never leads from the program into its tests", () => {
    const into = program
      .flatMap(importsOf)
      .filter(({ to }) => /^test\/|\.test\.ts$|\/testing\/|^vitest$|^fast-check$/.test(to));
    expect(into).toEqual([]);
  });

  it("names the extension of every file", () => {
    const without = sources.flatMap(importsOf).filter(({ to }) => to.startsWith("src/") && !/\.(ts|json)$/.test(to));
    expect(without).toEqual([]);
  });
});

describe("core", () => {
  it("imports nothing that reaches outside: YAML, schemas, expressions, widths, hashes and bytes only", () => {
    const allowed = ["node:crypto", "node:buffer", "get-east-asian-width", "randexp", "re2js", "yaml", "zod"];
    const outside = pure.flatMap(importsOf).filter(({ to }) => !to.startsWith("src/core/") && !allowed.includes(to));
    expect(outside).toEqual([]);
  });

  it("reads no clock, no environment, no chance and waits for nothing", () => {
    const reaches =
      /\b(Date\.now|new Date\(\)|performance\.|process\.|setTimeout|setInterval|fetch\(|Math\.random|randomBytes|randomUUID|console\.)/;
    const found = pure.flatMap((file) =>
      codeLines(file)
        .filter((line) => reaches.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});

describe("the process", () => {
  it("is ended in src/cli/bin.ts only", () => {
    const ends = program.filter(
      (file) =>
        file !== "src/cli/bin.ts" &&
        codeLines(file).some((line) => /\bprocess\.(exit|abort|kill\(process\.pid)/.test(line)),
    );
    expect(ends).toEqual([]);
  });

  it("is not printed to by console", () => {
    expect(program.filter((file) => codeLines(file).some((line) => /\bconsole\./.test(line)))).toEqual([]);
  });
});

/** Lines without those that are comments. */
function codeLines(file: string): readonly string[] {
  return readText(file)
    .split("\n")
    .filter((line) => !/^\s*(\/\/|\*|\/\*)/.test(line));
}
