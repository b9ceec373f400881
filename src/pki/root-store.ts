import { errorOf } from "../core/diagnostics/coded.ts";
import { mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { createPrivateKey } from "node:crypto";
import path from "node:path";
import { interruption } from "../files/interruptible.ts";
import { makeFolder } from "../files/make-folder.ts";
import { namedFile } from "../files/named-file.ts";
import { readTextIfThere } from "../files/read-text-if-there.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import type { Mesh } from "../core/model/mesh.ts";
import { Secret } from "../core/secret.ts";
import type { Root } from "./certificate-authority.ts";
import { readBundle } from "./pem.ts";

/** The two files of a mesh's root. */
export interface RootFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** True where they are at the program's own place, the data folder. */
  readonly isOwnPlace?: boolean;
}

/** Where a root can be. */
export interface RootFolders {
  /** The program's own place. */
  readonly data: string;
  /** The mesh file's. */
  readonly folder: string;
  /** For the home folder. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the root of a mesh is: the files that the mesh file names (relative to it), else the data folder. */
export function rootFilesOf(mesh: Mesh, folders: RootFolders): RootFiles {
  const root = mesh.trust.root;
  if (root.kind === "files") {
    return {
      certFile: namedFile(root.certFile, folders),
      keyFile: namedFile(root.keyFile, folders),
    };
  }
  const folder = path.join(folders.data, "meshes", mesh.name);
  return { certFile: path.join(folder, "root-cert.pem"), keyFile: path.join(folder, "root-key.pem"), isOwnPlace: true };
}

/** Reads a root; undefined when neither file is there. One without the other, or an unreadable one, is a UserError. */
export async function readRoot(files: RootFiles): Promise<Root | undefined> {
  const [certificate, key] = await Promise.all([readIfThere(files.certFile, files), readIfThere(files.keyFile, files)]);
  if (certificate === undefined && key === undefined) {
    return undefined;
  }
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? files.certFile : files.keyFile;
    throw new UserError(
      [
        {
          ...errorOf("ISM502"),
          detail: `${missing} is not there, but the other file of the root is. Without both nothing can be signed, and a new root would not be trusted by clusters that have the old one.`,
          fix: `Put ${missing} back from a backup, or move the other file away to start with a new root.`,
        },
      ],
      exitCodes.failed,
    );
  }
  return fitRoot(files, certificate, new Secret(key));
}

/** The certificate that the key belongs to is the one that signs; the file may hold others that are trusted with it. */
function fitRoot(files: RootFiles, trusted: string, key: Secret): Root {
  let flaw: string;
  try {
    const privateKey = createPrivateKey(key.expose());
    const { certificates } = readBundle(trusted);
    const signing = certificates.find((one) => one.checkPrivateKey(privateKey));
    if (signing !== undefined) {
      return { certificate: signing.toString(), trusted: certificates.map(String).join(""), key };
    }
    flaw =
      certificates.length === 0
        ? `${files.certFile} holds no PEM certificate that can be read`
        : `the key in ${files.keyFile} does not belong to ${certificates.length === 1 ? "the certificate" : `any of the ${certificates.length} certificates`} in ${files.certFile}`;
  } catch {
    // OpenSSL's own words may quote the key.
    flaw = `${files.keyFile} holds no PEM private key that can be read without a passphrase`;
  }
  throw new UserError(
    [
      {
        ...errorOf("ISM503"),
        detail: `Of the mesh's root, ${flaw}. Nothing can be signed with it.`,
        fix: "Put both files back from the same backup, or name the right ones in spec.trust.root.",
      },
    ],
    exitCodes.failed,
  );
}

/**
 * Keeps a new root where `readRoot` finds it: folder 0700, files 0600. The
 * folder appears whole or not at all; when another process was faster, its
 * root stays and is returned, so that two applies never sign with two roots.
 * The files are on the disk, and not only on their way, before anything is
 * signed. A UserError (ISM507) when they cannot be written.
 */
export async function keepRoot(files: RootFiles, root: Root): Promise<Root> {
  const folder = path.dirname(files.keyFile);
  let draft = "";
  try {
    await makeFolder(path.dirname(folder), 0o700);
    // mkdtemp makes it 0700, and a name of its own for each caller.
    draft = await mkdtemp(`${folder}.new-`);
    const options = { mode: 0o600, flush: true };
    await writeFile(path.join(draft, path.basename(files.certFile)), root.certificate, options);
    await writeFile(path.join(draft, path.basename(files.keyFile)), root.key.expose(), options);
    await rename(draft, folder);
    return root;
  } catch (error) {
    const existing = await readRoot(files);
    if (existing === undefined) {
      throw new UserError([notKept(folder, error as Error)], exitCodes.failed, { cause: error });
    }
    return existing;
  } finally {
    if (draft !== "") {
      await rm(draft, { recursive: true, force: true });
    }
  }
}

function notKept(folder: string, error: Error) {
  return {
    ...errorOf("ISM507"),
    detail: `${folder}: ${error.message}. Nothing was signed with the new root.`,
    fix: "Make room for two small files there, or set ISTHMUS_DATA_DIR to a folder that is yours and that you keep.",
  } as const;
}

/** True when others than its owner can read the root's key. */
export async function isKeyExposed(files: RootFiles): Promise<boolean> {
  return ((await stat(files.keyFile)).mode & 0o077) !== 0;
}

async function readIfThere(file: string, { isOwnPlace = false }: RootFiles): Promise<string | undefined> {
  try {
    return await readTextIfThere(file);
  } catch (error) {
    interruption().throwIfAborted();
    throw new UserError(
      [
        {
          ...errorOf("ISM503"),
          detail: `${file}: ${(error as Error).message}`,
          fix: `Make the file readable for you, or run as the user that owns it${isOwnPlace ? "; or name a data folder of your own with ISTHMUS_DATA_DIR" : ""}.`,
        },
      ],
      exitCodes.failed,
      { cause: error },
    );
  }
}
