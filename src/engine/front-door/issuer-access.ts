import { namedFile } from "../../files/named-file.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic, SourceRange } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OwnCertificate } from "../../core/front-door/own-certificates.ts";
import { Secret } from "../../core/secret.ts";
import { readAuthorityFile } from "../../kube/kubeconfig/authority-file.ts";
import { findProxyInEnv } from "../../kube/kubeconfig/proxy-from-env.ts";
import { accountKeyFile } from "../../pki/account-key.ts";
import { dataFolder } from "../../pki/data-folder.ts";
import { readBundle } from "../../pki/pem.ts";
import type { AcmeAccess } from "../../providers/acme/acme-access.ts";
import type { AcmeContext } from "../../providers/acme/diagnose-acme.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions } from "../options.ts";
import type { SecretSource } from "./read-secret.ts";
import { readSecret } from "./read-secret.ts";

/** The way to an issuer's ACME server, before its account is opened. */
export interface IssuerAccess {
  /** Everything but the account's key. */
  readonly access: Omit<AcmeAccess, "signer">;
  /** What messages say. */
  readonly context: AcmeContext;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads what the issuer of a certificate names: the authority of its server and
 * the key of an external account. A UserError (65: ISM651, ISM639) where that cannot be read. Asks nobody. Without `account` the
 * external account is left out, whose secret what is public does not need.
 */
export async function readIssuer(
  meshFile: MeshFile,
  { issuer, settings, names }: Pick<OwnCertificate, "issuer" | "settings" | "names">,
  { env, account = true }: Pick<AccessOptions, "env"> & { readonly account?: boolean },
): Promise<IssuerAccess> {
  const { server, email, caFile } = settings;
  const index = meshFile.mesh.issuers.findIndex(({ name }) => name === issuer);
  const locate = (...field: readonly string[]): SourceRange =>
    meshFile.locate(["spec", "issuers", index, "isthmus", ...field]);
  const problems: Diagnostic[] = [];
  const authority = caFile === undefined ? undefined : namedFile(caFile, { folder: meshFile.folder, env });
  const caData = await readAuthority(authority, problems, locate("caFile"));
  const external = await readExternal(account ? settings.externalAccount : undefined, issuer, {
    place: { folder: meshFile.folder, env },
    range: locate("externalAccount", "hmacKey"),
  });
  problems.push(...external.problems);
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.invalidMeshFile);
  }
  const proxy = findProxyInEnv(new URL(server), env);
  return {
    access: {
      server,
      ...(email === undefined ? {} : { email }),
      ...(caData === undefined ? {} : { caData }),
      ...(proxy === undefined ? {} : { proxyUrl: new Secret(proxy.url) }),
      ...(external.account === undefined ? {} : { externalAccount: external.account }),
    },
    context: {
      issuer,
      names,
      keyFile: accountKeyFile(dataFolder(env), meshFile.mesh.name, server),
      ...(authority === undefined ? {} : { caFile: authority }),
    },
    warnings: external.warnings,
  };
}

interface ReadExternal {
  readonly account?: NonNullable<AcmeAccess["externalAccount"]>;
  readonly problems: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

async function readExternal(
  external: OwnCertificate["settings"]["externalAccount"],
  issuer: string,
  { place, range }: { readonly place: SecretSource; readonly range: SourceRange },
): Promise<ReadExternal> {
  if (external === undefined) {
    return { problems: [], warnings: [] };
  }
  const { keyId, hmacKey } = external;
  const what = `the HMAC key of the account at issuer ${issuer}`;
  const read = await readSecret({ place: hmacKey, what, range }, place);
  return "problem" in read
    ? { problems: [read.problem], warnings: [] }
    : { account: { keyId, hmacKey: new Secret(read.text) }, problems: [], warnings: read.warnings };
}

async function readAuthority(
  file: string | undefined,
  problems: Diagnostic[],
  range: SourceRange,
): Promise<string | undefined> {
  if (file === undefined) {
    return undefined;
  }
  const found = await readAuthorityFile(file);
  if ("caData" in found && readBundle(found.pem).unreadable === 0) {
    return found.caData;
  }
  const why = "why" in found ? found.why : "it holds a certificate that cannot be read";
  problems.push({
    ...errorOf("ISM651"),
    detail: `The CA file ${file} of the ACME server cannot be used: ${why}.`,
    fix: "Correct caFile, which is relative to the mesh file, or delete it if the server's certificate is of a public authority.",
    range,
  });
  return undefined;
}
