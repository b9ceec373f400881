import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePrivateFolder } from "../cluster/private-file.ts";
import type { RancherFolder } from "./rancher-folder.ts";
import { rancherFolder } from "./rancher-folder.ts";
import { judgeToken, readAuthorization } from "./token.ts";
import { ensureAdminToken, openTokenStore } from "./token-store.ts";

const now = (): Date => new Date("2026-01-01T00:00:00Z");
const request = {
  api: "v3",
  description: "",
  ttlMs: 0,
  maximumMinutes: 0,
  clusterId: "",
  userId: "user-a",
  labels: {},
} as const;
let root: string;
let folder: RancherFolder;

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), "isthmus-tokens-"));
  folder = rancherFolder(root);
  await makePrivateFolder(folder.dir);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function works(text: string): Promise<boolean> {
  const store = await openTokenStore(folder, now);
  const shown = readAuthorization(`Bearer ${text.trim()}`);
  return shown !== undefined && "name" in shown && judgeToken(store.find(shown.name), shown, "", now()) === undefined;
}

describe("the token store", () => {
  it("knows its tokens when it is opened again, and forgets those that were deleted", async () => {
    const store = await openTokenStore(folder, now);
    const made = await Promise.all([1, 2, 3].map(async () => store.create(request)));
    const [first, second] = made;
    expect(await store.delete(first?.token.name ?? "")).toBe(true);
    expect(await store.delete("token-xxxxx")).toBe(false);
    expect(await works(`${first?.token.name ?? ""}:${first?.secret.expose() ?? ""}`)).toBe(false);
    expect(await works(`${second?.token.name ?? ""}:${second?.secret.expose() ?? ""}`)).toBe(true);
    expect((await openTokenStore(folder, now)).list()).toHaveLength(2);
  });

  it("writes hashes only, for its owner only", async () => {
    const { secret } = await (await openTokenStore(folder, now)).create(request);
    expect(readFileSync(folder.tokensFile, "utf8")).not.toContain(secret.expose());
    expect(statSync(folder.tokensFile).mode & 0o777).toBe(0o600);
  });
});

describe("the administrator's token", () => {
  const ensure = async (): Promise<string> => {
    await ensureAdminToken(folder, await openTokenStore(folder, now), "user-a", now());
    return readFileSync(folder.tokenFile, "utf8");
  };

  it("stays while it works, and is replaced when it does not", async () => {
    const first = await ensure();
    expect(await works(first)).toBe(true);
    expect(statSync(folder.tokenFile).mode & 0o777).toBe(0o600);
    expect(await ensure()).toBe(first);
    writeFileSync(folder.tokenFile, "token-xxxxx:broken\n");
    const next = await ensure();
    expect(next).not.toBe(first);
    expect(await works(next)).toBe(true);
  });
});
