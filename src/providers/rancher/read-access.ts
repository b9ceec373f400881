import { stat } from "node:fs/promises";
import { namedFile } from "../../files/named-file.ts";
import { interruption } from "../../files/interruptible.ts";
import { readText } from "../../files/read-text.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { RancherSettings } from "../../core/model/mesh.ts";
import { Secret } from "../../core/secret.ts";
import { readAuthorityFile } from "../../kube/kubeconfig/authority-file.ts";
import { findProxyInEnv } from "../../kube/kubeconfig/proxy-from-env.ts";
import { readFailure } from "../../kube/kubeconfig/read-fields.ts";
import { rancherDiagnostic } from "./rancher-diagnostic.ts";

/** A Rancher with everything that a connection needs. */
export interface RancherAccess {
  /** Without a slash at the end. */
  readonly url: string;
  /** `name:secret`, as Rancher's API takes it for a bearer token. */
  readonly token: Secret;
  /** The authorities that Rancher's certificate may come from, base64 of PEM. Without it: the machine's own. */
  readonly caData?: string;
  /** The file that `caData` was read from, for messages. */
  readonly caFile?: string;
  /** What HTTPS_PROXY and NO_PROXY say. Wrapped, since proxies may want a password. */
  readonly proxyUrl?: Secret;
  /** The variable that names it. */
  readonly proxyFrom?: string;
  /** What is not as it should be, and works: ISM297. */
  readonly warnings?: readonly Diagnostic[];
}

/** Where relative paths start, and the environment. */
export interface RancherPlace {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the token from its variable or file, and the CA file. White space
 * around the token is no part of it; `~/` is the home folder. Throws one
 * UserError (65) with all that is wrong: ISM281 for the token, ISM282 for the
 * CA file. A token file that others can read is a warning (ISM297).
 */
export async function readRancherAccess(settings: RancherSettings, place: RancherPlace): Promise<RancherAccess> {
  const problems: Diagnostic[] = [];
  const [token, authority] = await Promise.all([
    readToken(settings.token, place, problems),
    settings.caFile === undefined ? undefined : readAuthority(settings.caFile, place, problems),
  ]);
  if (token === undefined || problems.length > 0) {
    throw new UserError(problems, exitCodes.invalidMeshFile);
  }
  const url = settings.url.replace(/\/+$/, "");
  const proxy = findProxyInEnv(new URL(url), place.env);
  return {
    url,
    token: token.value,
    ...authority,
    ...(proxy === undefined ? {} : { proxyUrl: new Secret(proxy.url), proxyFrom: proxy.variable }),
    ...(token.warnings.length === 0 ? {} : { warnings: token.warnings }),
  };
}

interface ReadToken {
  readonly value: Secret;
  readonly warnings: readonly Diagnostic[];
}

async function readToken(
  source: RancherSettings["token"],
  place: RancherPlace,
  problems: Diagnostic[],
): Promise<ReadToken | undefined> {
  const read = "env" in source ? fromVariable(source.env, place) : await fromFile(source.file, place);
  if ("problem" in read) {
    problems.push(read.problem);
    return undefined;
  }
  if (!isApiToken(read.text)) {
    problems.push(malformed(read.text, read.where));
    return undefined;
  }
  return { value: new Secret(read.text), warnings: read.warnings };
}

type TextOrProblem =
  | { readonly text: string; readonly where: string; readonly warnings: readonly Diagnostic[] }
  | { readonly problem: Diagnostic };

function fromVariable(name: string, { env }: RancherPlace): TextOrProblem {
  const text = env[name]?.trim() ?? "";
  return text === ""
    ? {
        problem: rancherDiagnostic("ISM281", {
          detail: `The environment variable ${name}, which should hold the token of Rancher's API, is ${env[name] === undefined ? "not set" : "empty"}.`,
          fix: `Make an API key in Rancher (Account & API Keys, no scope), and set ${name} to its bearer token; or name a file with token: { file: … }.`,
        }),
      }
    : { text, where: `The environment variable ${name}`, warnings: [] };
}

async function fromFile(named: string, place: RancherPlace): Promise<TextOrProblem> {
  const file = namedFile(named, place);
  try {
    const text = (await readText(file)).trim();
    if (text === "") {
      return tokenProblem(`The file ${file}, which should hold the token of Rancher's API, is empty.`);
    }
    const { mode } = await stat(file);
    const open = (mode & 0o077) !== 0;
    return { text, where: `The file ${file}`, warnings: open ? [readableByOthers(file, mode)] : [] };
  } catch (error) {
    interruption().throwIfAborted();
    return tokenProblem(
      `The file ${file}, which should hold the token of Rancher's API, cannot be read: ${readFailure(error)}.`,
    );
  }
}

function tokenProblem(detail: string): TextOrProblem {
  return {
    problem: rancherDiagnostic("ISM281", {
      detail,
      fix: "Put the bearer token of an API key (Account & API Keys in Rancher) into the file, and make it readable for yourself only.",
    }),
  };
}

function readableByOthers(file: string, mode: number): Diagnostic {
  return rancherDiagnostic("ISM297", {
    severity: "warning",
    detail: `${file} holds a token of Rancher's API and has the mode ${(mode & 0o777).toString(8)}.`,
    fix: `Take the rights of others away:\n    chmod 600 ${file}`,
  });
}

/** `token-abcde:…`, `ext/token-abcde:…`, `kubeconfig-u-abcde.c-fghij:…`. */
function isApiToken(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9./-]*:[^\s:]+$/.test(text);
}

function malformed(text: string, where: string): Diagnostic {
  const what = /^eyJ[\w-]+\./.test(text)
    ? "a JSON web token, such as those of service accounts; Rancher's own API takes API keys"
    : /^bearer\s/i.test(text)
      ? "a whole header; only what comes after Bearer belongs there"
      : /\s/.test(text)
        ? "text with spaces or several lines"
        : text.includes(":")
          ? "text whose parts are not those of an API key"
          : "only one of the two parts of an API key, the access key or the secret key";
  return rancherDiagnostic("ISM281", {
    detail: `${where} holds ${what}. A token of Rancher's API is a name and a secret with a colon between them, token-abcde:….`,
    fix: "Make an API key in Rancher (Account & API Keys) and take its bearer token whole.",
  });
}

async function readAuthority(
  named: string,
  place: RancherPlace,
  problems: Diagnostic[],
): Promise<{ readonly caData: string; readonly caFile: string } | undefined> {
  const file = namedFile(named, place);
  const found = await readAuthorityFile(file);
  if ("caData" in found) {
    return { caData: found.caData, caFile: file };
  }
  problems.push(
    rancherDiagnostic("ISM282", {
      detail: `The CA file ${file} of Rancher cannot be used: ${found.why}.`,
      fix: "Correct caFile under spec.rancher, or delete it if Rancher's certificate is of a public authority.",
    }),
  );
  return undefined;
}
