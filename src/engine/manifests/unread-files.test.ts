import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeUnreadFiles } from "./unread-files.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "isthmus-unread-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), "");
  }
}

async function said(): Promise<string | undefined> {
  return (await describeUnreadFiles(folder, (file) => path.join("web", path.relative(folder, file))))?.detail;
}

it("names subfolders with manifests, however deep, and files that look like some", async () => {
  write("web.yaml", "prod/deep/down.yml", "base/a.json", "web.yaml.j2", "WEB.YAML", "old.yaml.disabled");
  expect(await said()).toBe(
    "Of web the files *.yaml, *.yml and *.json are read, and these are not: web/WEB.YAML, folder web/base, web/old.yaml.disabled, folder web/prod, web/web.yaml.j2. What they hold is not deployed.",
  );
});

it("says nothing of other files, of subfolders without manifests, and of what is hidden", async () => {
  write("web.yaml", "web.yml", "web.json", "README.md", "scripts/run.sh", ".git/a.yaml", ".web.yaml.swp");
  expect(await said()).toBeUndefined();
});
