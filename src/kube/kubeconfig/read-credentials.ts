import { Buffer } from "node:buffer";
import { X509Certificate, createPrivateKey } from "node:crypto";
import path from "node:path";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { Secret } from "../../core/secret.ts";
import { accessDiagnostic } from "../access-diagnostic.ts";
import { isCertificate } from "./authority-file.ts";
import type { KubeconfigEntry } from "./load-kubeconfigs.ts";
import { isRecord, readFailure, textOf } from "./read-fields.ts";

/** A command that hands out credentials (client.authentication.k8s.io). */
export interface ExecPluginSpec {
  readonly apiVersion: string;
  /** Absolute, or to be looked up in PATH. */
  readonly command: string;
  readonly args: readonly Secret[];
  readonly env: readonly { readonly name: string; readonly value: Secret }[];
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
}

/** How a user proves who it is. Several may be there at once, as in kubectl. */
export interface UserCredentials {
  /** Name of the kubeconfig's user entry. */
  readonly name: string;
  readonly clientCertificate?: { readonly certificate: string; readonly key: Secret };
  readonly token?: Secret;
  /** Read again while the program runs, since others rotate it. Wins over `token`. */
  readonly tokenFile?: string;
  readonly basic?: { readonly username: string; readonly password: Secret };
  readonly exec?: ExecPluginSpec;
  /** `auth-provider` of name `oidc`: its `config`, by key. */
  readonly oidc?: Readonly<Record<string, Secret>>;
  readonly impersonate?: {
    readonly user: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra: Readonly<Record<string, readonly string[]>>;
  };
}

/** The CA of a cluster entry as base64 PEM; undefined where it names none. Adds an ISM254 for a file or value that cannot be used. */
export async function readAuthority(cluster: KubeconfigEntry, problems: Diagnostic[]): Promise<string | undefined> {
  const pem = await readPem(cluster, "certificate-authority", problems);
  if (pem === undefined) {
    return undefined;
  }
  if (!isCertificate(pem)) {
    problems.push(unusable(cluster, "certificate-authority", "it holds no PEM certificate"));
    return undefined;
  }
  return Buffer.from(pem, "utf8").toString("base64");
}

/** Reads a user entry with the files that it names. Adds ISM254 and ISM267 for what cannot be used. */
export async function readCredentials(user: KubeconfigEntry, problems: Diagnostic[]): Promise<UserCredentials> {
  const { fields } = user;
  const token = textOf(fields["token"]);
  const tokenFile = textOf(fields["tokenFile"]);
  const [username, password] = [textOf(fields["username"]), textOf(fields["password"])];
  const clientCertificate = await readClientCertificate(user, problems);
  const exec = readExec(user, problems);
  const oidc = readAuthProvider(user, problems);
  const impersonated = textOf(fields["as"]);
  return {
    name: user.name,
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(token === undefined ? {} : { token: new Secret(token) }),
    ...(tokenFile === undefined ? {} : { tokenFile: path.resolve(path.dirname(user.file), tokenFile) }),
    ...(username === undefined || password === undefined
      ? {}
      : { basic: { username, password: new Secret(password) } }),
    ...(exec === undefined ? {} : { exec }),
    ...(oidc === undefined ? {} : { oidc }),
    ...(impersonated === undefined ? {} : { impersonate: readImpersonation(impersonated, fields) }),
  };
}

async function readClientCertificate(
  user: KubeconfigEntry,
  problems: Diagnostic[],
): Promise<UserCredentials["clientCertificate"]> {
  const before = problems.length;
  const certificate = await readPem(user, "client-certificate", problems);
  const key = await readPem(user, "client-key", problems);
  if (problems.length > before || (certificate === undefined && key === undefined)) {
    return undefined;
  }
  if (certificate === undefined || key === undefined) {
    const missing = certificate === undefined ? "client-certificate" : "client-key";
    problems.push(unusable(user, missing, "only the other half of the pair is there"));
    return undefined;
  }
  const flaw = findPairFlaw(certificate, key);
  if (flaw !== undefined) {
    problems.push(unusable(user, flaw.part, flaw.reason));
    return undefined;
  }
  return { certificate, key: new Secret(key) };
}

function findPairFlaw(
  certificate: string,
  key: string,
): { readonly part: string; readonly reason: string } | undefined {
  if (!isCertificate(certificate)) {
    return { part: "client-certificate", reason: "it holds no PEM certificate" };
  }
  try {
    const matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    return matches ? undefined : { part: "client-key", reason: "it does not belong to the client certificate" };
  } catch {
    // OpenSSL's own words say nothing useful here, and may quote the file.
    return { part: "client-key", reason: "it holds no PEM private key without a passphrase" };
  }
}

/** Inline data wins over a file, as in kubectl. */
async function readPem(entry: KubeconfigEntry, field: string, problems: Diagnostic[]): Promise<string | undefined> {
  const inline = textOf(entry.fields[`${field}-data`]);
  if (inline !== undefined) {
    return Buffer.from(inline, "base64").toString("utf8");
  }
  const named = textOf(entry.fields[field]);
  if (named === undefined) {
    return undefined;
  }
  const file = path.resolve(path.dirname(entry.file), named);
  try {
    return await readText(file);
  } catch (error) {
    interruption().throwIfAborted();
    problems.push(unusable(entry, field, `the file ${file} cannot be read: ${readFailure(error)}`));
    return undefined;
  }
}

function readExec(user: KubeconfigEntry, problems: Diagnostic[]): ExecPluginSpec | undefined {
  const spec = user.fields["exec"];
  if (!isRecord(spec)) {
    return undefined;
  }
  const command = textOf(spec["command"]);
  const apiVersion = textOf(spec["apiVersion"]);
  const flaws = execFlaws(user, spec);
  problems.push(...flaws.map(({ words, fix }) => unusable(user, "exec", words, fix)));
  if (command === undefined || apiVersion === undefined || flaws.length > 0) {
    return undefined;
  }
  const installHint = textOf(spec["installHint"]);
  const env = (Array.isArray(spec["env"]) ? spec["env"] : []).filter(isRecord);
  return {
    apiVersion,
    // A command with a slash is relative to the kubeconfig, one without is looked up in PATH
    // (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#configuration).
    command: command.includes("/") ? path.resolve(path.dirname(user.file), command) : command,
    args: (Array.isArray(spec["args"]) ? spec["args"] : []).map((arg) => new Secret(String(arg))),
    env: env.map((one) => ({
      name: String(one["name"]),
      value: new Secret(String(one["value"] ?? "")),
    })),
    ...(installHint === undefined ? {} : { installHint }),
    provideClusterInfo: spec["provideClusterInfo"] === true,
  };
}

const execVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
const interactiveModes = ["Never", "IfAvailable", "Always"];

/**
 * Why kubectl does not run a credential plugin
 * (https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/validation.go,
 * plugin/pkg/client/auth/exec/exec.go). Version v1 wants to be told whether the
 * plugin asks a person; before that it was IfAvailable.
 */
function execFlaws(
  user: KubeconfigEntry,
  spec: Readonly<Record<string, unknown>>,
): readonly { readonly words: string; readonly fix?: string }[] {
  const version = textOf(spec["apiVersion"]);
  const mode = textOf(spec["interactiveMode"]);
  const versionFix = `Write \`apiVersion: ${execVersions[0]}\` and \`interactiveMode: IfAvailable\` into \`exec\` where the plugin knows that version, or fetch the kubeconfig again with the provider's present tool.`;
  const flaws: { readonly words: string; readonly fix?: string }[] = [];
  if (textOf(spec["command"]) === undefined) {
    flaws.push({ words: "it names no command" });
  }
  if (version === undefined) {
    flaws.push({ words: "it names no apiVersion, and kubectl wants one", fix: versionFix });
  } else if (!execVersions.includes(version)) {
    flaws.push({ words: `its apiVersion ${version} is none that kubectl still speaks`, fix: versionFix });
  }
  if (mode === undefined && version === execVersions[0]) {
    flaws.push({
      words: `it names no interactiveMode, which ${version} demands`,
      fix: "Write `interactiveMode: IfAvailable` into `exec`, or Never for a plugin that asks nobody.",
    });
  } else if (mode !== undefined && !interactiveModes.includes(mode)) {
    flaws.push({
      words: `its interactiveMode ${JSON.stringify(mode)} is none of ${interactiveModes.join(", ")}`,
      fix: "Write `interactiveMode: IfAvailable` into `exec`.",
    });
  } else if (mode === "Always") {
    flaws.push({
      words: "its interactiveMode is Always: the plugin asks a person, and isthmus gives it no terminal",
      fix: "Write `interactiveMode: IfAvailable` where the plugin can do without once it has signed in, or give isthmus a kubeconfig with another credential.",
    });
  }
  if (
    (Array.isArray(spec["env"]) ? spec["env"] : []).some(
      (one) => textOf(isRecord(one) ? one["name"] : "") === undefined,
    )
  ) {
    flaws.push({ words: "a variable of its env has no name" });
  }
  if (isRecord(user.fields["auth-provider"])) {
    flaws.push({
      words: "the user has an auth-provider too, and kubectl takes one of the two only",
      fix: "Delete `auth-provider` of that user: it is the older way.",
    });
  }
  return flaws;
}

function readAuthProvider(user: KubeconfigEntry, problems: Diagnostic[]): UserCredentials["oidc"] {
  const provider = user.fields["auth-provider"];
  if (!isRecord(provider)) {
    return undefined;
  }
  if (provider["name"] !== "oidc") {
    problems.push(
      accessDiagnostic("ISM267", {
        detail: `The user ${JSON.stringify(user.name)} in ${user.file} signs in by the auth provider ${JSON.stringify(provider["name"])}. Kubernetes removed all of them but \`oidc\` in version 1.26.`,
        fix: "Fetch the kubeconfig again with the provider's present tool; it then holds an `exec` entry instead.",
      }),
    );
    return undefined;
  }
  const config = isRecord(provider["config"]) ? provider["config"] : {};
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, new Secret(String(value))]));
}

function readImpersonation(
  user: string,
  fields: KubeconfigEntry["fields"],
): NonNullable<UserCredentials["impersonate"]> {
  const uid = textOf(fields["as-uid"]);
  const extra = isRecord(fields["as-user-extra"]) ? fields["as-user-extra"] : {};
  return {
    user,
    ...(uid === undefined ? {} : { uid }),
    groups: listOf(fields["as-groups"]),
    extra: Object.fromEntries(Object.entries(extra).map(([key, value]) => [key, listOf(value)])),
  };
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : []).map(String);
}

function unusable(
  entry: KubeconfigEntry,
  field: string,
  reason: string,
  fix = "Fetch the kubeconfig again from where it came, or correct the path.",
): Diagnostic {
  return accessDiagnostic("ISM254", {
    detail: `\`${field}\` of ${JSON.stringify(entry.name)} in ${entry.file} cannot be used: ${reason}.`,
    fix,
  });
}
