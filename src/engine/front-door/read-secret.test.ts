import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { SecretPlace } from "../../core/model/dns.ts";
import { readSecret } from "./read-secret.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-secret-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function read(place: SecretPlace, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const start = { offset: 0, line: 7, column: 3 };
  const range = { file: "mesh.yaml", start, end: start, lineText: "" };
  const found = await readSecret({ place, what: "the secret of the TSIG key k", range }, { folder, env });
  return "problem" in found
    ? [found.problem.code, found.problem.range?.start.line, found.problem.detail]
    : [found.text, found.warnings.map(({ code, severity }) => `${severity} ${code}`)];
}

it("takes a variable without the white space around it", async () => {
  expect(await read({ env: "KEY" }, { KEY: " abc=\n" })).toEqual(["abc=", []]);
});

it("takes a file beside the mesh file or in the home folder, and warns where others can read it", async () => {
  await writeFile(path.join(folder, "key"), "abc=\n", { mode: 0o600 });
  expect(await read({ file: "key" })).toEqual(["abc=", []]);
  expect(await read({ file: "~/key" }, { HOME: folder })).toEqual(["abc=", []]);
  await chmod(path.join(folder, "key"), 0o640);
  expect(await read({ file: "key" })).toEqual(["abc=", ["warning ISM639"]]);
});

it("says what is missing, and where the mesh file asks for it", async () => {
  expect(await read({ env: "KEY" })).toEqual([
    "ISM639",
    7,
    expect.stringContaining("KEY, which should hold the secret"),
  ]);
  expect(await read({ env: "KEY" }, { KEY: " " })).toEqual(["ISM639", 7, expect.stringContaining("is empty")]);
  expect(await read({ file: "key" })).toEqual(["ISM639", 7, expect.stringContaining("does not exist")]);
  await writeFile(path.join(folder, "key"), "\n");
  expect(await read({ file: "key" })).toEqual(["ISM639", 7, expect.stringContaining("is empty")]);
});
