import { namedFile } from "../../files/named-file.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic, SourceRange } from "../../core/diagnostics/diagnostic.ts";
import type { DesignateWriter, SecretPlace } from "../../core/model/dns.ts";
import { Secret } from "../../core/secret.ts";
import { readAuthorityFile } from "../../kube/kubeconfig/authority-file.ts";
import { findProxyInEnv } from "../../kube/kubeconfig/proxy-from-env.ts";
import type { OpenStackAccess, OpenStackCredentials } from "../../providers/dns/designate/openstack-access.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions } from "../options.ts";

/** Reads a secret of the provider, `field` below its settings; empty where there is a problem, which is told elsewhere. */
export type ReadProviderSecret = (place: SecretPlace, what: string, field: readonly string[]) => Promise<string>;

export interface DesignatePlace {
  readonly meshFile: MeshFile;
  readonly env: AccessOptions["env"];
  /** Receives what is wrong with the CA file (ISM639). */
  readonly problems: Diagnostic[];
}

/** Everything that talking to an OpenStack cloud needs, with secrets and the CA file read. */
export async function designateAccess(
  writer: DesignateWriter,
  readSecret: ReadProviderSecret,
  { meshFile, env, problems }: DesignatePlace,
): Promise<OpenStackAccess> {
  const { authUrl, region, caFile } = writer;
  const range = meshFile.locate(["spec", "dns", "provider", "designate", "caFile"]);
  const authority =
    caFile === undefined
      ? undefined
      : await readAuthority(namedFile(caFile, { folder: meshFile.folder, env }), range, problems);
  const proxy = findProxyInEnv(new URL(authUrl), env);
  return {
    authUrl,
    credentials: await credentialsOf(writer, readSecret),
    ...(region === undefined ? {} : { region }),
    ...(authority === undefined ? {} : { caData: authority }),
    ...(proxy === undefined ? {} : { proxyUrl: new Secret(proxy.url) }),
  };
}

async function credentialsOf(
  { credential }: DesignateWriter,
  readSecret: ReadProviderSecret,
): Promise<OpenStackCredentials> {
  if (credential.kind === "applicationCredential") {
    const { id } = credential;
    const what = `the secret of the application credential ${id}`;
    const secret = await readSecret(credential.secret, what, ["applicationCredential", "secret"]);
    return { kind: "application-credential", id, secret: new Secret(secret) };
  }
  const { name, domain, project, projectDomain } = credential;
  const password = await readSecret(credential.password, `the password of the user ${name}`, ["user", "password"]);
  return {
    kind: "password",
    username: name,
    userDomain: domain,
    password: new Secret(password),
    project,
    projectDomain,
  };
}

/** The certificates of the file as base64 of PEM. */
async function readAuthority(file: string, range: SourceRange, problems: Diagnostic[]): Promise<string | undefined> {
  const found = await readAuthorityFile(file);
  if ("caData" in found) {
    return found.caData;
  }
  problems.push({
    ...errorOf("ISM639"),
    detail: `The CA file ${file} of the DNS provider cannot be used: ${found.why}.`,
    fix: "Correct caFile, or delete it where the cloud's certificates are of a public authority.",
    range,
  });
  return undefined;
}
