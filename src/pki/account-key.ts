import type { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { link, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../core/diagnostics/coded.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import { interruption } from "../files/interruptible.ts";
import { makeFolder } from "../files/make-folder.ts";
import { readTextIfThere } from "../files/read-text-if-there.ts";

/** The key of an ACME account: what it can do, and never the key itself. */
export interface AccountKey {
  /** The public key (RFC 7517), with the members that name it only (RFC 7638, 3.2). */
  readonly jwk: Readonly<Record<string, string>>;
  readonly algorithm: "ES256";
  /** r and s, 32 bytes each (RFC 7518, 3.4). */
  readonly sign: (text: string) => Buffer;
}

/**
 * Where the account key of a mesh at an ACME server is kept:
 * `acme/<mesh>/<host>-<digest of the address>.pem` of the data folder. Not
 * beside the mesh's root, whose folder appears whole or not at all.
 */
export function accountKeyFile(data: string, mesh: string, server: string): string {
  const digest = createHash("sha256").update(server).digest("hex").slice(0, 8);
  return path.join(data, "acme", mesh, `${new URL(server).hostname}-${digest}.pem`);
}

/**
 * The account key of that file, made with the first use: EC P-256, folder
 * 0700, file 0600. When another process was faster, its key counts. A
 * UserError (ISM656) when the file holds no such key or cannot be written.
 */
export async function openAccountKey(file: string): Promise<AccountKey> {
  return accountKeyOf(file, (await readKey(file)) ?? (await keepKey(file)));
}

/** True where the account has a key here. */
export async function hasAccountKey(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** A warning (ISM656) where others can read the key; nothing where there is none. */
export async function exposedAccountKey(file: string): Promise<readonly Diagnostic[]> {
  const mode = await stat(file).then(
    (info) => info.mode,
    () => 0,
  );
  return (mode & 0o077) === 0
    ? []
    : [
        {
          ...warningOf("ISM656"),
          detail: `${file} is the key of an ACME account and has the mode ${(mode & 0o777).toString(8)}. Who reads it can have certificates of the account revoked.`,
          fix: `Take the rights of others away:\n    chmod 600 ${file}`,
        },
      ];
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    return await readTextIfThere(file);
  } catch (error) {
    interruption().throwIfAborted();
    throw unusable(`${file} cannot be read: ${(error as Error).message}`, "Make the file readable for you.", error);
  }
}

async function keepKey(file: string): Promise<string> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const draft = `${file}.${randomUUID()}.new`;
  try {
    await makeFolder(path.dirname(file), 0o700);
    await writeFile(draft, pem, { mode: 0o600, flag: "wx", flush: true });
    // Unlike a rename it never replaces a key that is there.
    await link(draft, file);
    return pem;
  } catch (error) {
    const existing = await readKey(file);
    if (existing === undefined) {
      const fix =
        "Make room for a small file there, or set ISTHMUS_DATA_DIR to a folder that is yours and that you keep.";
      throw unusable(`${file}: ${(error as Error).message}. No account was made.`, fix, error);
    }
    return existing;
  } finally {
    await rm(draft, { force: true });
  }
}

function accountKeyOf(file: string, pem: string): AccountKey {
  const key = readPem(pem);
  if (key?.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw unusable(
      `${file} holds no private key of the curve P-256 in PEM, which the account of this mesh signs with.`,
      "Put the file back from a backup, or delete it: isthmus then makes a new account with the next order. Certificates that were issued stay valid.",
    );
  }
  const { kty = "", crv = "", x = "", y = "" } = createPublicKey(key).export({ format: "jwk" });
  return {
    jwk: { crv, kty, x, y },
    algorithm: "ES256",
    sign: (text) => sign("sha256", new TextEncoder().encode(text), { key, dsaEncoding: "ieee-p1363" }),
  };
}

function readPem(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's own words may quote the key.
    return undefined;
  }
}

function unusable(detail: string, fix: string, cause?: unknown): UserError {
  return new UserError([{ ...errorOf("ISM656"), detail, fix }], exitCodes.failed, { cause });
}
