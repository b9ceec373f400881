import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Secret } from "../../core/secret.ts";
import { readJsonFile, writePrivateFile } from "../cluster/private-file.ts";
import type { RancherFolder } from "./rancher-folder.ts";
import { spell } from "./rancher-names.ts";
import type { StoredToken, TokenRequest } from "./token.ts";
import { judgeToken, makeToken, readAuthorization } from "./token.ts";

/** The tokens of one double. Changes are in its file before a call resolves. */
export interface TokenStore {
  find(name: string): StoredToken | undefined;
  /** In the order in which they were made. */
  list(): readonly StoredToken[];
  /** The secret is given here and never again. */
  create(
    request: Omit<TokenRequest, "chance" | "now">,
  ): Promise<{ readonly token: StoredToken; readonly secret: Secret }>;
  /** False when there was none. */
  delete(name: string): Promise<boolean>;
}

/** Reads what an earlier run of the double left. Throws for a file that is none of its own. */
export async function openTokenStore(folder: RancherFolder, now: () => Date): Promise<TokenStore> {
  const kept = (await readJsonFile(folder.tokensFile)) as { readonly tokens: readonly StoredToken[] } | undefined;
  const tokens = new Map((kept?.tokens ?? []).map((one) => [one.name, one]));
  let writing: Promise<void> = Promise.resolve();
  const save = async (): Promise<void> => {
    // One after the other: a slower write must not bring an older state back.
    const next = writing.then(async () =>
      writePrivateFile(folder.tokensFile, `${JSON.stringify({ tokens: [...tokens.values()] }, null, 2)}\n`),
    );
    writing = next.catch(() => undefined);
    return next;
  };
  return {
    find: (name) => tokens.get(name),
    list: () => [...tokens.values()],
    create: async (request) => {
      const secret = new Secret(spell(randomBytes(54)));
      const chance = {
        name: spell(randomBytes(5)),
        uid: randomUUID(),
        salt: randomBytes(8).toString("hex"),
        secret,
      };
      const token = makeToken({ ...request, now: now(), chance });
      tokens.set(token.name, token);
      await save();
      return { token, secret };
    },
    delete: async (name) => {
      const there = tokens.delete(name);
      await save();
      return there;
    },
  };
}

/** Makes sure that the administrator's token file holds a token that works and never ends. Anything else is replaced. */
export async function ensureAdminToken(
  folder: RancherFolder,
  store: TokenStore,
  userId: string,
  now: Date,
): Promise<void> {
  const text = await readFile(folder.tokenFile, "utf8").catch(() => "");
  const shown = readAuthorization(`Bearer ${text.trim()}`);
  if (shown !== undefined && "name" in shown && judgeToken(store.find(shown.name), shown, "", now) === undefined) {
    return;
  }
  const { token, secret } = await store.create({
    api: "v3",
    description: "the administrator of the sandbox",
    ttlMs: 0,
    // Whoever owns the sandbox owns this token; the maximum is for those that are asked for over the wire.
    maximumMinutes: 0,
    clusterId: "",
    userId,
    labels: {},
  });
  await writePrivateFile(folder.tokenFile, `${token.name}:${secret.expose()}\n`);
}
