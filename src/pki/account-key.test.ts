import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accountKeyFile, exposedAccountKey, hasAccountKey, openAccountKey } from "./account-key.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "isthmus-account-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

it("makes a key with the first use that its owner alone can read, and finds it afterwards", async () => {
  const file = accountKeyFile(folder, "mesh", "https://acme.example/dir");
  expect(await hasAccountKey(file)).toBe(false);
  const first = await openAccountKey(file);
  const again = await openAccountKey(file);
  expect(again.jwk).toEqual(first.jwk);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
  expect(await readdir(path.dirname(file))).toEqual([path.basename(file)]);
  expect(await exposedAccountKey(file)).toEqual([]);
  await chmod(file, 0o644);
  expect((await exposedAccountKey(file)).map(({ code, severity }) => [code, severity])).toEqual([
    ["ISM656", "warning"],
  ]);
});

it("has one key where several make it at the same time", async () => {
  const file = accountKeyFile(folder, "race", "https://acme.example/dir");
  const all = await Promise.all([1, 2, 3, 4].map(async () => openAccountKey(file)));
  expect(new Set(all.map(({ jwk }) => jwk["x"])).size).toBe(1);
});

it("has a key for each server", () => {
  const of = (server: string): string => accountKeyFile(folder, "mesh", server);
  expect(of("https://acme.example/dir")).not.toBe(of("https://acme.example/staging"));
  expect(of("https://acme.example/dir")).toMatch(/acme\/mesh\/acme\.example-[0-9a-f]{8}\.pem$/);
});

it("says what to do about a file that is no key, and leaves it", async () => {
  const file = path.join(folder, "broken.pem");
  await writeFile(file, "no key");
  await expect(openAccountKey(file)).rejects.toThrow("ISM656");
  expect(await readFile(file, "utf8")).toBe("no key");
});
