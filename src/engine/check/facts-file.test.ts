import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { healthyFacts } from "../../core/testing/healthy-facts.ts";
import { rightName, withNames } from "../../core/testing/published-facts.ts";
import { readFacts, writeFacts } from "./facts-file.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-facts-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it("reads back what it has written, for its owner only", async () => {
  const file = path.join(folder, "facts.json");
  const facts = withNames(healthyFacts(), [rightName]);
  await writeFacts(file, facts);
  expect(await readFacts(file)).toEqual({
    ...healthyFacts(),
    names: { zone: "example.test", where: "192.0.2.53:53 with key isthmus", names: [rightName] },
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).toMatch(/\n$/);
});

it("refuses to write where there is no folder", async () => {
  await expect(writeFacts(path.join(folder, "no", "facts.json"), healthyFacts())).rejects.toMatchObject({
    exitCode: 64,
    diagnostics: [{ code: "ISM410", detail: expect.stringContaining("cannot be written") }],
  });
});

it.each([
  ["a file that is not there", undefined, "cannot be read as JSON"],
  ["a file that is no JSON", "kind: Facts", "cannot be read as JSON"],
  ["another document", '{"kind":"Mesh"}', "is no facts document"],
  ["nothing at all", "null", "is no facts document"],
  ["facts of another version", '{"kind":"Facts","version":1,"clusters":[]}', "is facts of version 1"],
  ["a part of facts", '{"kind":"Facts","version":2}', "or a part of them"],
])("refuses %s", async (_, text, words) => {
  const file = path.join(folder, "facts.json");
  if (text !== undefined) {
    await writeFile(file, text);
  }
  await expect(readFacts(file)).rejects.toMatchObject({
    exitCode: 64,
    diagnostics: [{ code: "ISM410", detail: expect.stringContaining(words) }],
  });
});
