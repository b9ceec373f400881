import { namedFile } from "../../files/named-file.ts";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Path } from "../../core/mesh-file/path.ts";
import type { DnsWriter, SecretPlace } from "../../core/model/dns.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import { readBundle } from "../../pki/pem.ts";
import { rootFilesOf } from "../../pki/root-store.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions } from "../options.ts";

interface NamedFile {
  readonly path: Path;
  readonly file: string;
  /** Completes "which should hold …". */
  readonly what: string;
  /** Secrets are mostly on other machines than those where a mesh file is looked at. */
  readonly kind: "certificates" | "secret";
  /** It is one of the mesh's root, which only an apply needs. */
  readonly ofRoot?: boolean;
}

/**
 * The files that a mesh file names beside manifests (ISM696). An authority that
 * holds no certificates is an error, as is one that is missing beside the mesh
 * file; a missing secret or root, or a file elsewhere on the machine, is a warning:
 * it may be on the one that runs the other commands. Secrets are not read, and variables not looked at.
 */
export async function inspectNamedFiles(
  meshFile: Pick<MeshFile, "folder" | "mesh" | "locate">,
  { env }: Pick<AccessOptions, "env">,
): Promise<readonly Diagnostic[]> {
  const found = await Promise.all(
    [...rootOf(meshFile, env), ...filesOf(meshFile.mesh)].map(async (one): Promise<Diagnostic | undefined> => {
      const file = namedFile(one.file, { folder: meshFile.folder, env });
      const lack = await lackOf(file, one.kind);
      const isElsewhere = one.kind === "secret" || one.ofRoot === true || /^(~\/|\/)/.test(one.file);
      return lack === undefined
        ? undefined
        : {
            ...(isElsewhere && lack.missing ? warningOf("ISM696") : errorOf("ISM696")),
            detail: `The file ${file}, which should hold ${one.what}, ${lack.why}.`,
            fix:
              one.kind === "secret" || one.ofRoot === true
                ? "Correct the path, which is relative to the mesh file, or put the file there on the machine that runs the other commands."
                : "Correct the path, which is relative to the mesh file, or delete the field where the certificate is of a public authority.",
            range: meshFile.locate(one.path),
          };
    }),
  );
  return found.flatMap((one) => one ?? []);
}

/** The mesh's own root, where it is in files (`spec.trust.root`). */
function rootOf({ mesh, folder }: Pick<MeshFile, "folder" | "mesh">, env: AccessOptions["env"]): readonly NamedFile[] {
  if (mesh.trust.root.kind !== "files") {
    return [];
  }
  const { certFile, keyFile } = rootFilesOf(mesh, { data: folder, folder, env });
  const path = ["spec", "trust", "root"];
  return [
    { path: [...path, "certFile"], file: certFile, what: "the mesh's root", kind: "certificates", ofRoot: true },
    { path: [...path, "keyFile"], file: keyFile, what: "the key of the mesh's root", kind: "secret" },
  ];
}

function filesOf(mesh: Mesh): readonly NamedFile[] {
  const { rancher, dns, issuers } = mesh;
  const writer = dns?.provider.writer;
  return [
    ...authority(["spec", "rancher", "caFile"], rancher?.caFile, "the authority of Rancher's certificate"),
    ...secret(["spec", "rancher", "token"], rancher?.token, "Rancher's token"),
    ...(writer === undefined ? [] : filesOfWriter(writer, ["spec", "dns", "provider", writer.kind])),
    ...issuers.flatMap(({ name, isthmus }, index) => [
      ...authority(
        ["spec", "issuers", index, "isthmus", "caFile"],
        isthmus?.caFile,
        `the authority of the certificate of issuer ${name}'s server`,
      ),
      ...secret(
        ["spec", "issuers", index, "isthmus", "externalAccount", "hmacKey"],
        isthmus?.externalAccount?.hmacKey,
        `the HMAC key of the account at issuer ${name}`,
      ),
    ]),
  ];
}

function filesOfWriter(writer: DnsWriter, path: Path): readonly NamedFile[] {
  if (writer.kind === "rfc2136") {
    return secret([...path, "tsig", "secret"], writer.tsig.secret, `the secret of the TSIG key ${writer.tsig.name}`);
  }
  const { caFile, credential } = writer;
  return [
    ...authority([...path, "caFile"], caFile, "the authority of the services' certificates"),
    ...(credential.kind === "user"
      ? secret([...path, "user", "password"], credential.password, `the password of the user ${credential.name}`)
      : secret(
          [...path, "applicationCredential", "secret"],
          credential.secret,
          `the secret of the application credential ${credential.id}`,
        )),
  ];
}

function authority(path: Path, file: string | undefined, what: string): readonly NamedFile[] {
  return file === undefined ? [] : [{ path, file, what, kind: "certificates" }];
}

function secret(path: Path, place: SecretPlace | undefined, what: string): readonly NamedFile[] {
  return place === undefined || "env" in place
    ? []
    : [{ path: [...path, "file"], file: place.file, what, kind: "secret" }];
}

interface Lack {
  /** Words that follow the file. */
  readonly why: string;
  /** It is not there, or not for whoever looks. */
  readonly missing: boolean;
}

/** Why a file is not what it should be; undefined where it is. */
async function lackOf(file: string, kind: NamedFile["kind"]): Promise<Lack | undefined> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) {
      return { why: "is a folder", missing: false };
    }
    await access(file, constants.R_OK);
    // What comes from a pipe is there once, for the command that needs it.
    if (kind === "secret" || !found.isFile()) {
      return found.isFile() && found.size === 0 ? { why: "is empty", missing: false } : undefined;
    }
    const { certificates, unreadable } = readBundle(await readText(file));
    return certificates.length > 0 && unreadable === 0
      ? undefined
      : { why: "holds no certificate in PEM, or one that cannot be read", missing: false };
  } catch (error) {
    interruption().throwIfAborted();
    const { code, message } = error as NodeJS.ErrnoException;
    return { why: code === "ENOENT" ? "does not exist" : `cannot be read: ${message}`, missing: true };
  }
}
