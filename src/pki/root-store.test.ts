import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { issueRoot } from "./certificate-authority.ts";
import type { RootFiles } from "./root-store.ts";
import { isKeyExposed, keepRoot, readRoot } from "./root-store.ts";

const folders: string[] = [];

function freshFiles(): RootFiles {
  const folder = mkdtempSync(path.join(tmpdir(), "isthmus-root-"));
  folders.push(folder);
  return { certFile: path.join(folder, "m", "root-cert.pem"), keyFile: path.join(folder, "m", "root-key.pem") };
}

afterEach(() => {
  for (const folder of folders.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("a mesh's root on disk", () => {
  it("is read back as it was kept, readable by its owner only", async () => {
    const files = freshFiles();
    expect(await readRoot(files)).toBeUndefined();
    const root = await keepRoot(files, await issueRoot("m", new Date()));
    const read = await readRoot(files);
    expect(read?.certificate).toBe(root.certificate);
    expect(read?.key.equals(root.key)).toBe(true);
    expect(statSync(files.keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(files.keyFile)).mode & 0o777).toBe(0o700);
    expect(await isKeyExposed(files)).toBe(false);
  });

  it("is one and the same for everybody who makes it at the same time", async () => {
    const files = freshFiles();
    const kept = await Promise.all(
      Array.from({ length: 5 }, async () => keepRoot(files, await issueRoot("m", new Date()))),
    );
    expect(new Set(kept.map((root) => root.certificate)).size).toBe(1);
    expect(kept[0]?.certificate).toBe(readFileSync(files.certFile, "utf8"));
  });

  it("is refused when half of it is missing", async () => {
    const files = freshFiles();
    await keepRoot(files, await issueRoot("m", new Date()));
    rmSync(files.keyFile);
    await expect(readRoot(files)).rejects.toMatchObject({ diagnostics: [{ code: "ISM502" }] });
  });

  it("is refused when key and certificate are of different roots", async () => {
    const files = freshFiles();
    await keepRoot(files, await issueRoot("m", new Date()));
    writeFileSync(files.keyFile, (await issueRoot("m", new Date())).key.expose());
    await expect(readRoot(files)).rejects.toMatchObject({ diagnostics: [{ code: "ISM503" }] });
  });
});
