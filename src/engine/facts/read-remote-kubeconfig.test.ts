import { describe, expect, it } from "vitest";
import { Secret } from "../../core/secret.ts";
import { readRemoteKubeconfig } from "./read-remote-kubeconfig.ts";

function read(text: string): ReturnType<typeof readRemoteKubeconfig> {
  return readRemoteKubeconfig(new Secret(Buffer.from(text, "utf8").toString("base64")));
}

const two = (current: string, user: string): string => `
apiVersion: v1
kind: Config
clusters:
- {name: one, cluster: {server: "https://one:6443"}}
- {name: two, cluster: {server: "https://two:6443/", tls-server-name: two.example}}
users:
- {name: one, user: {token: token-of-one}}
- {name: two, user: ${user}}
contexts:
- {name: one, context: {cluster: one, user: one}}
- {name: two, context: {cluster: two, user: two}}
${current}
`;

describe("the kubeconfig of a remote secret", () => {
  it("is read by its current-context, as istiod does, and not by its first entries", () => {
    const found = read(two("current-context: two", "{token: token-of-two}"));
    expect(found).toMatchObject({ kind: "usable", server: "https://two:6443", tlsServerName: "two.example" });
    expect(found.kind === "usable" ? found.token?.expose() : "").toBe("token-of-two");
    expect(JSON.stringify(found)).not.toContain("token-of");
  });

  it("says whom to trust, and through which proxy to go", () => {
    const cluster = (fields: string): string =>
      two("current-context: one", "{}").replace('https://one:6443"', `https://one:6443", ${fields}`);
    const plain = read(two("current-context: one", "{}"));
    expect(plain).toEqual({
      kind: "usable",
      server: "https://one:6443",
      insecureSkipTlsVerify: false,
      token: expect.any(Secret),
    });
    expect(read(cluster("certificate-authority-data: Y2E="))).toMatchObject({ caData: "Y2E=" });
    expect(read(cluster("insecure-skip-tls-verify: true"))).toMatchObject({ insecureSkipTlsVerify: true });
    const proxied = read(cluster('proxy-url: "http://proxy:3128"'));
    expect(proxied.kind === "usable" ? proxied.proxyUrl?.expose() : "").toBe("http://proxy:3128");
    expect(read(cluster("certificate-authority: /ca.crt"))).toEqual({
      kind: "refused",
      words: "certificate-authority is a file, which istiod's pod does not have",
    });
  });

  it.each([
    ["exec", "{exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}}", "exec is not allowed"],
    ["a token file", "{tokenFile: /t}", "tokenFile is not allowed"],
    ["a certificate's file", "{client-certificate: /c, client-key: /k}", "clientKey is not allowed"],
    ["a certificate's file alone", "{client-certificate: /c}", "clientCertificate is not allowed"],
    ["an auth provider", "{auth-provider: {name: gcp}}", "auth provider gcp is not allowed"],
  ])("is refused with %s, also in a user that is not the current one", (_name, user, words) => {
    expect(read(two("current-context: two", user))).toEqual({ kind: "refused", words });
    expect(read(two("current-context: one", user))).toEqual({ kind: "refused", words });
  });

  it("may sign in by oidc, a certificate that it holds, or a password", () => {
    const oidc = "{auth-provider: {name: oidc, config: {id-token: x}}}";
    expect(read(two("current-context: two", oidc)).kind).toBe("usable");
    const pair = read(two("current-context: two", "{client-certificate-data: QUJD, client-key-data: REVG}"));
    expect(pair).toMatchObject({ kind: "usable", clientCertificate: { certificate: "ABC" } });
    expect(pair.kind === "usable" ? pair.clientCertificate?.key.expose() : "").toBe("DEF");
    const basic = read(two("current-context: two", "{username: u, password: p}"));
    expect(basic).toMatchObject({ kind: "usable", basic: { username: "u" } });
    expect(basic.kind === "usable" ? basic.basic?.password.expose() : "").toBe("p");
  });

  it.each([
    ["without a current-context", two("", "{}"), "it has no current-context"],
    ["with one that is not there", two("current-context: three", "{}"), 'its current-context "three" is not there'],
    ["that is no YAML", "{", "it cannot be loaded: is not valid YAML at line 1, column 2 (BAD_INDENT)"],
    ["that is empty", "", "it has no current-context"],
    [
      "that leads nowhere",
      "contexts: [{name: a, context: {cluster: b, user: c}}]\ncurrent-context: a\n",
      'its current-context "a" leads to no user, or to no server',
    ],
  ])("%s is refused", (_name, text, words) => {
    const found = read(text);
    expect(found.kind === "refused" ? found.words.replace(/line.*$/, "line") : found).toBe(
      words.replace(/line.*$/, "line"),
    );
  });
});
