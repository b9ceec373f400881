import { Buffer } from "node:buffer";
import { Secret } from "../../core/secret.ts";
import { parseKubeconfig } from "../../kube/kubeconfig/parse-kubeconfig.ts";
import { isRecord, textOf } from "../../kube/kubeconfig/read-fields.ts";

/** The kubeconfig of a remote secret as istiod uses it, or why istiod does not. */
export type ReadRemoteKubeconfig =
  | {
      readonly kind: "usable";
      readonly server: string;
      /** Base64 of PEM. */
      readonly caData?: string;
      readonly tlsServerName?: string;
      readonly insecureSkipTlsVerify: boolean;
      readonly proxyUrl?: Secret;
      readonly token?: Secret;
      readonly clientCertificate?: { readonly certificate: string; readonly key: Secret };
      readonly basic?: { readonly username: string; readonly password: Secret };
    }
  | {
      readonly kind: "refused";
      /** In words that hold no credential. */
      readonly words: string;
    };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a value of a remote secret (base64) as istiod does: the context that
 * `current-context` names, and no credential that is a file or a command
 * (https://github.com/istio/istio/blob/master/pkg/kube/util.go,
 * sanitizeKubeConfig), in any of its users.
 */
export function readRemoteKubeconfig(value: Secret): ReadRemoteKubeconfig {
  const { content, mistakes } = parseKubeconfig(Buffer.from(value.expose(), "base64").toString("utf8"));
  const [mistake] = mistakes;
  if (mistake !== undefined) {
    return refused(`it cannot be loaded: ${mistake.words}`);
  }
  const users = entriesOf(content["users"], "user");
  const forbidden = [...users.values()].flatMap((user) => forbiddenIn(user) ?? [])[0];
  if (forbidden !== undefined) {
    return refused(forbidden);
  }
  const current = textOf(content["current-context"]);
  const context = current === undefined ? undefined : entriesOf(content["contexts"], "context").get(current);
  if (context === undefined) {
    return refused(
      current === undefined
        ? "it has no current-context"
        : `its current-context ${JSON.stringify(current)} is not there`,
    );
  }
  const cluster = entriesOf(content["clusters"], "cluster").get(textOf(context["cluster"]) ?? "");
  const user = users.get(textOf(context["user"]) ?? "");
  const server = textOf(cluster?.["server"]);
  if (cluster === undefined || user === undefined || server === undefined || !/^https?:\/\//.test(server)) {
    return refused(`its current-context ${JSON.stringify(current)} leads to no user, or to no server`);
  }
  if (textOf(cluster["certificate-authority-data"]) === undefined && textOf(cluster["certificate-authority"])) {
    return refused("certificate-authority is a file, which istiod's pod does not have");
  }
  return { kind: "usable", server: server.replace(/\/+$/, ""), ...trustOf(cluster), ...credentialOf(user) };
}

function refused(words: string): ReadRemoteKubeconfig {
  return { kind: "refused", words };
}

function forbiddenIn(user: Fields): string | undefined {
  const provider = user["auth-provider"];
  if (isRecord(provider) && provider["name"] !== "oidc") {
    return `auth provider ${textOf(provider["name"]) ?? ""} is not allowed`;
  }
  const fields = {
    "client-key": "clientKey",
    "client-certificate": "clientCertificate",
    tokenFile: "tokenFile",
  };
  const file = Object.entries(fields).find(([field]) => textOf(user[field]) !== undefined);
  return file !== undefined ? `${file[1]} is not allowed` : isRecord(user["exec"]) ? "exec is not allowed" : undefined;
}

function trustOf(cluster: Fields): {
  readonly insecureSkipTlsVerify: boolean;
  readonly caData?: string;
  readonly tlsServerName?: string;
  readonly proxyUrl?: Secret;
} {
  const [caData, tlsServerName, proxy] = ["certificate-authority-data", "tls-server-name", "proxy-url"].map((field) =>
    textOf(cluster[field]),
  );
  return {
    insecureSkipTlsVerify: cluster["insecure-skip-tls-verify"] === true,
    ...(caData === undefined ? {} : { caData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(proxy === undefined ? {} : { proxyUrl: new Secret(proxy) }),
  };
}

function credentialOf(user: Fields): {
  readonly token?: Secret;
  readonly clientCertificate?: { readonly certificate: string; readonly key: Secret };
  readonly basic?: { readonly username: string; readonly password: Secret };
} {
  const [token, username, password] = ["token", "username", "password"].map((field) => textOf(user[field]));
  const [certificate, key] = ["client-certificate-data", "client-key-data"].map((field) => textOf(user[field]));
  const decode = (text: string): string => Buffer.from(text, "base64").toString("utf8");
  return {
    ...(token === undefined ? {} : { token: new Secret(token) }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { clientCertificate: { certificate: decode(certificate), key: new Secret(decode(key)) } }),
    ...(username === undefined || password === undefined
      ? {}
      : { basic: { username, password: new Secret(password) } }),
  };
}

function entriesOf(list: unknown, kind: string): ReadonlyMap<string, Fields> {
  return new Map(
    (Array.isArray(list) ? list : []).flatMap((item: unknown) => {
      const name = isRecord(item) ? textOf(item["name"]) : undefined;
      const fields = isRecord(item) ? item[kind] : undefined;
      return name === undefined ? [] : [[name, isRecord(fields) ? fields : {}] as const];
    }),
  );
}
