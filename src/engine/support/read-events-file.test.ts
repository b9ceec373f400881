import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readEventsFile } from "./read-events-file.ts";

it("reads the events that a command has written, or says that it cannot", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-events-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const file = path.join(folder, "events.jsonl");
  await expect(readEventsFile(file, "my-events")).rejects.toMatchObject({
    exitCode: 64,
    diagnostics: [{ code: "ISM483", detail: expect.stringMatching(/^my-events cannot be read: /) }],
  });
  await writeFile(file, '{"kind":"plan"}\n');
  expect(await readEventsFile(file, "my-events")).toBe('{"kind":"plan"}\n');
});
