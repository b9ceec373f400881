import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "./tracked-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "isthmus-count-"));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `scripts/test` of a small checkout that has these tests; the last line and the exit code. */
function runTests(
  files: Readonly<Record<string, string>>,
  groups: readonly string[] = ["unit"],
): {
  readonly last: string | undefined;
  readonly code: number | null;
} {
  mkdirSync(path.join(folder, "scripts"));
  for (const name of ["test", "count-tests.ts"]) {
    writeFileSync(path.join(folder, "scripts", name), readFileSync(path.join(root, "scripts", name)), { mode: 0o755 });
  }
  writeFileSync(path.join(folder, "scripts", "bootstrap"), "prepare_program() { :; }\n");
  writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(
    path.join(folder, "vitest.config.ts"),
    `import { CountTests } from "./scripts/count-tests.ts";
const setup = ${"setup.ts" in files ? '{ globalSetup: ["setup.ts"] }' : "{}"};
export default { test: { reporters: ["default", new CountTests()], projects: [
  { test: { name: "unit", include: ["*.test.ts"], exclude: ["*.e2e.test.ts"], ...setup } },
  { test: { name: "e2e", include: ["*.e2e.test.ts"] } },
] } };`,
  );
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(
      path.join(folder, name),
      name.endsWith(".test.ts") ? `import { beforeAll, describe, expect, it } from "vitest";\n${text}` : text,
    );
  }
  const ran = spawnSync(path.join(folder, "scripts", "test"), [...groups], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, VITEST: undefined, ISTHMUS_TEST_COUNT: undefined },
  });
  return { last: ran.stdout.trimEnd().split("\n").at(-1), code: ran.status };
}

const passing = { "good.test.ts": "it('a', () => expect(1).toBe(1)); it('b', () => expect(2).toBe(2));" };

describe("the last line of the tests", () => {
  it("is all that passed and a zero", () => {
    expect(runTests(passing)).toEqual({ last: "2 passed, 0 failed", code: 0 });
  });

  it("counts what was skipped, when there is any", () => {
    expect(runTests({ ...passing, "skip.test.ts": "it.skip('c', () => expect(1).toBe(1));" })).toEqual({
      last: "2 passed, 0 failed, 1 skipped",
      code: 0,
    });
  });

  it.each([
    ["a test", { "bad.test.ts": "it('c', () => expect(1).toBe(2));" }, "2 passed, 1 failed"],
    [
      "a file that does not load",
      { "bad.test.ts": "throw new Error('x'); it('c', () => expect(1).toBe(1));" },
      "2 passed, 1 failed",
    ],
    [
      "a suite's hook",
      {
        "bad.test.ts":
          "describe('s', () => { beforeAll(() => { throw new Error('x'); }); it('c', () => expect(1).toBe(1)); });",
      },
      "2 passed, 1 failed, 1 skipped",
    ],
    [
      "an error that nobody caught",
      { "bad.test.ts": "it('c', () => { void Promise.reject(new Error('x')); expect(1).toBe(1); });" },
      "3 passed, 1 failed",
    ],
    [
      "the set-up of all tests",
      { "setup.ts": "export function setup() { throw new Error('x'); }" },
      "0 passed, 1 failed",
    ],
    // vitest itself only prints what a teardown throws; a teardown that fails says so by the exit code.
    [
      "the tidying up after all tests",
      { "setup.ts": "export function setup() { return () => { process.exitCode = 1; throw new Error('x'); }; }" },
      "2 passed, 1 failed",
    ],
  ])("counts as failed: %s", (_, files, last) => {
    expect(runTests({ ...passing, ...files })).toEqual({ last, code: 1 });
  });

  it("counts what runs beside the other groups too", () => {
    const files = {
      ...passing,
      "world.e2e.test.ts": "it('c', () => expect(1).toBe(2)); it('d', () => expect(1).toBe(1));",
    };
    expect(runTests(files, ["unit", "e2e"])).toEqual({ last: "3 passed, 1 failed", code: 1 });
  });

  it("is a failure when no test ran", () => {
    expect(runTests({})).toEqual({ last: "0 passed, 1 failed", code: 1 });
  });
});
