import { Buffer } from "node:buffer";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFakeAuthority } from "../fake/issue-certificates.ts";
import type { ContextResolution, ResolveContextOptions, ResolvedContext } from "./resolve-context.ts";
import { resolveContext } from "./resolve-context.ts";

const plugin = "client.authentication.k8s.io/v1";
let folder: string;
let home: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kubeconfig-"));
  home = path.join(folder, "home");
  await mkdir(path.join(home, ".kube"), { recursive: true });
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

/** A kubeconfig with one context per name; each leads to `https://<name>.<of>:6443`. */
function kubeconfig(of: string, names: readonly string[], user = "{token: token-of-a-user}"): string {
  const entries = (kind: string, line: (name: string) => string): string =>
    `${kind}:\n${names.map((name) => `- {name: ${name}, ${line(name)}}`).join("\n")}\n`;
  return [
    "apiVersion: v1\nkind: Config\n",
    entries("contexts", (name) => `context: {cluster: ${name}, user: ${name}}`),
    entries("clusters", (name) => `cluster: {server: "https://${name}.${of}:6443"}`),
    entries("users", () => `user: ${user}`),
  ].join("");
}

async function resolve(context: string, options: Partial<ResolveContextOptions> = {}): Promise<ContextResolution> {
  return resolveContext({
    cluster: "oslo",
    context,
    env: { HOME: home },
    extraFiles: [],
    ...options,
  });
}

async function resolved(context: string, options: Partial<ResolveContextOptions> = {}): Promise<ResolvedContext> {
  const result = await resolve(context, options);
  if (result.kind === "problem") {
    throw new Error(JSON.stringify(result.diagnostics));
  }
  return result.context;
}

async function problems(
  context: string,
  options: Partial<ResolveContextOptions> = {},
): Promise<readonly { code: string; detail: string; fix?: string; cluster?: string }[]> {
  const result = await resolve(context, options);
  return result.kind === "problem" ? result.diagnostics : [];
}

describe("where a context is looked for", () => {
  it("looks into ~/.kube/config by default", async () => {
    await writeFile(path.join(home, ".kube", "config"), kubeconfig("home", ["kind", "shared"]));
    expect((await resolved("kind")).server).toBe("https://kind.home:6443");
  });

  it("prefers the files of KUBECONFIG, the first one that has a name wins, and missing files do not matter", async () => {
    const first = await write("first.yaml", kubeconfig("first", ["shared"]));
    const second = await write("second.yaml", kubeconfig("second", ["shared", "two"]));
    const env = {
      HOME: home,
      KUBECONFIG: [path.join(folder, "absent.yaml"), first, second].join(path.delimiter),
    };
    expect((await resolved("shared", { env })).server).toBe("https://shared.first:6443");
    expect(await resolved("two", { env })).toMatchObject({
      server: "https://two.second:6443",
      file: second,
    });
    expect((await problems("kind", { env }))[0]?.code).toBe("ISM251");
  });

  it("joins entries of several files into one context", async () => {
    const contexts = await write("contexts.yaml", "contexts:\n- {name: split, context: {cluster: c, user: u}}\n");
    const rest = await write(
      "rest.yaml",
      'clusters:\n- {name: c, cluster: {server: "https://split:6443"}}\nusers:\n- {name: u, user: {token: abc}}\n',
    );
    const env = { HOME: home, KUBECONFIG: `${contexts}${path.delimiter}${rest}` };
    expect(await resolved("split", { env })).toMatchObject({
      server: "https://split:6443",
      file: contexts,
    });
  });

  it("prefers --kubeconfig to KUBECONFIG, and the mesh file's own to everything", async () => {
    const flag = await write("flag.yaml", kubeconfig("flag", ["shared"]));
    const own = await write("own.yaml", kubeconfig("own", ["shared"]));
    const env = { HOME: home, KUBECONFIG: await write("env.yaml", kubeconfig("env", ["shared"])) };
    expect((await resolved("shared", { env, kubeconfigFlag: flag })).server).toBe("https://shared.flag:6443");
    expect((await resolved("shared", { env, kubeconfigFlag: flag, kubeconfigFile: own })).server).toBe(
      "https://shared.own:6443",
    );
  });

  it("looks into extra files last, and not at all when the mesh file names one", async () => {
    const extra = await write("extra.yaml", kubeconfig("sandbox", ["shared", "isthmus-oslo"]));
    expect((await resolved("shared", { extraFiles: [extra] })).server).toBe("https://shared.home:6443");
    expect((await resolved("isthmus-oslo", { extraFiles: [extra] })).server).toBe("https://isthmus-oslo.sandbox:6443");
    const own = await write("own.yaml", kubeconfig("own", ["shared"]));
    expect((await problems("isthmus-oslo", { extraFiles: [extra], kubeconfigFile: own }))[0]?.code).toBe("ISM251");
  });
});

describe("what a context says", () => {
  it("gives the context's extensions by name", async () => {
    const text = kubeconfig("x", ["a"]).replace(
      "user: a}",
      "user: a, extensions: [{name: isthmus.dev/sandbox, extension: {istioctl: /x}}]}",
    );
    const context = await resolved("a", { kubeconfigFile: await write("extensions.yaml", text) });
    expect(context.extensions).toEqual({ "isthmus.dev/sandbox": { istioctl: "/x" } });
  });

  it("keeps a path in the server's address and takes the slash off its end", async () => {
    const text = kubeconfig("x", ["a"]).replace("https://a.x:6443", "https://rancher/k8s/clusters/c-1/");
    expect((await resolved("a", { kubeconfigFile: await write("path.yaml", text) })).server).toBe(
      "https://rancher/k8s/clusters/c-1",
    );
  });

  it("reads certificate files relative to the kubeconfig that names them", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const { cert, key } = await authority.issue({ commonName: "me" });
    await mkdir(path.join(folder, "pki"), { recursive: true });
    await write("pki/ca.crt", authority.certificate);
    await write("pki/me.crt", cert);
    await write("pki/me.key", key);
    const text = kubeconfig("x", ["a"], "{client-certificate: pki/me.crt, client-key: pki/me.key}").replace(
      '6443"}',
      '6443", certificate-authority: pki/ca.crt}',
    );
    const context = await resolved("a", { kubeconfigFile: await write("files.yaml", text) });
    expect(Buffer.from(context.caData ?? "", "base64").toString("utf8")).toBe(authority.certificate);
    expect(context.user.clientCertificate?.certificate).toBe(cert);
    expect(context.user.clientCertificate?.key.expose()).toBe(key);
    expect(`${JSON.stringify(context)}${inspect(context, { depth: 9 })}`).not.toContain("PRIVATE KEY");
  });

  it("shows no credential in whatever way it is printed", async () => {
    const plain = "token: secret-1-token, username: u, password: secret-2-password";
    const exec = `exec: {command: aws, apiVersion: ${plugin}beta1, args: [--key, secret-3-arg], env: [{name: AWS_KEY, value: secret-4-env}]}`;
    const provider = "auth-provider: {name: oidc, config: {refresh-token: secret-5-refresh}}";
    for (const user of [`{${plain}, ${exec}}`, `{${plain}, ${provider}}`]) {
      const text = kubeconfig("x", ["a"], user).replace(
        '6443"}',
        '6443", proxy-url: "http://u:secret-6-proxy@proxy:3128"}',
      );
      const context = await resolved("a", { kubeconfigFile: await write("secrets.yaml", text) });
      expect(context.user.token?.expose()).toBe("secret-1-token");
      expect(context.proxyUrl?.expose()).toContain("secret-6-proxy");
      expect(`${JSON.stringify(context)}${inspect(context, { depth: 9, showHidden: true })}`).not.toMatch(/secret-\d/);
    }
  });
});

describe("what can be wrong", () => {
  it("lists the contexts there are and suggests near ones", async () => {
    const file = await write("near.yaml", kubeconfig("x", ["cluster-1", "cluster-2", "prod"]));
    const [problem] = await problems("clutser-1", { kubeconfigFile: file });
    expect(problem).toMatchObject({
      code: "ISM251",
      cluster: "oslo",
      fix: "Did you mean cluster-1 or cluster-2?",
    });
    expect(problem?.detail).toContain("the contexts there are cluster-1, cluster-2, prod");
  });

  it("tells a missing file from one that is not YAML, and quotes nothing of it", async () => {
    const [missing] = await problems("a", { kubeconfigFile: path.join(folder, "nowhere.yaml") });
    expect(missing).toMatchObject({
      code: "ISM252",
      detail: `The kubeconfig ${folder}/nowhere.yaml cannot be read: there is no such file.`,
    });
    const file = await write("broken.yaml", "users:\n- name: a\n  user: {token: do-not-show-this\n");
    const [broken] = await problems("a", { kubeconfigFile: file });
    expect(broken?.code).toBe("ISM252");
    expect(broken?.detail).toMatch(/not valid YAML at line \d+, column \d+/);
    expect(JSON.stringify(broken)).not.toContain("do-not-show");
  });

  it("collects all that is wrong with one context", async () => {
    const file = await write(
      "incomplete.yaml",
      'contexts:\n- {name: a, context: {cluster: c, user: nobody}}\nclusters:\n- {name: c, cluster: {server: "not an address", certificate-authority: absent.crt}}\n',
    );
    const found = await problems("a", { kubeconfigFile: file });
    expect(found.map((one) => one.code).sort()).toEqual(["ISM253", "ISM253", "ISM254"]);
    expect(found.map((one) => one.detail).join(" ")).toContain(
      `the file ${folder}/absent.crt cannot be read: there is no such file`,
    );
  });

  it.each([
    {
      name: "a key without its certificate",
      user: "{client-key-data: QUJD}",
      says: "only the other half of the pair is there",
    },
    {
      name: "a certificate that is none",
      user: "{client-certificate-data: QUJD, client-key-data: QUJD}",
      says: "it holds no PEM certificate",
    },
    {
      name: "a credential plugin without a command",
      user: "{exec: {args: [x]}}",
      says: "it names no command",
    },
    ...(
      [
        ["apiVersion", "{command: x}", "it names no apiVersion"],
        [
          "present apiVersion",
          `{command: x, apiVersion: ${plugin}alpha1}`,
          "v1alpha1 is none that kubectl still speaks",
        ],
        ["interactiveMode", `{command: x, apiVersion: ${plugin}}`, "it names no interactiveMode"],
        ["known interactiveMode", `{command: x, apiVersion: ${plugin}, interactiveMode: never}`, '"never" is none of'],
        ["way without a person", `{command: x, apiVersion: ${plugin}beta1, interactiveMode: Always}`, "no terminal"],
        [
          "name for a variable",
          `{command: x, apiVersion: ${plugin}, interactiveMode: Never, env: [{value: z}]}`,
          "a variable of its env has no name",
        ],
        [
          "user of its own",
          `{command: x, apiVersion: ${plugin}, interactiveMode: Never}, auth-provider: {name: oidc}`,
          "one of the two only",
        ],
      ] as const
    ).map(([lack, exec, says]) => ({ name: `a credential plugin without a ${lack}`, user: `{exec: ${exec}}`, says })),
  ])("refuses $name", async ({ user, says }) => {
    const [problem] = await problems("a", {
      kubeconfigFile: await write("bad-user.yaml", kubeconfig("x", ["a"], user)),
    });
    expect(problem?.code).toBe("ISM254");
    expect(problem?.detail).toContain(says);
  });

  it("refuses a key that belongs to another certificate", async () => {
    const authority = await createFakeAuthority("kubernetes");
    const [one, two] = await Promise.all([
      authority.issue({ commonName: "one" }),
      authority.issue({ commonName: "two" }),
    ]);
    await write("one.crt", one.cert);
    await write("two.key", two.key);
    const file = await write(
      "mixed.yaml",
      kubeconfig("x", ["a"], "{client-certificate: one.crt, client-key: two.key}"),
    );
    expect((await problems("a", { kubeconfigFile: file }))[0]?.detail).toContain(
      "it does not belong to the client certificate",
    );
  });

  it("refuses an auth provider that Kubernetes has removed", async () => {
    const file = await write("gcp.yaml", kubeconfig("x", ["a"], "{auth-provider: {name: gcp}}"));
    expect((await problems("a", { kubeconfigFile: file }))[0]?.code).toBe("ISM267");
  });
});

describe("several files of KUBECONFIG", () => {
  const kubeadm = (context: string, server: string, token: string): string => `apiVersion: v1
kind: Config
clusters: [{name: kubernetes, cluster: {server: "${server}"}}]
users: [{name: kubernetes-admin, user: {token: ${token}}}]
contexts: [{name: ${context}, context: {cluster: kubernetes, user: kubernetes-admin}}]
`;
  const listed = (...files: readonly string[]) => ({ env: { HOME: home, KUBECONFIG: files.join(path.delimiter) } });

  it("with entries of one name are told with both files, for cluster and user, and quote no credential", async () => {
    const bonn = await write("bonn.yaml", kubeadm("bonn", "https://bonn:6443", "token-of-bonn"));
    const wien = await write("wien.yaml", kubeadm("wien", "https://wien:6443", "token-of-wien"));
    expect((await resolved("bonn", listed(bonn, wien))).server).toBe("https://bonn:6443");
    const found = await problems("wien", listed(bonn, wien));
    expect(found.map((one) => one.code)).toEqual(["ISM514", "ISM514"]);
    expect(found[0]?.detail).toBe(
      `The context "wien" of ${wien} names the cluster "kubernetes". ${bonn} has a cluster of that name too and comes first in the list, so that its entry counts, for kubectl as well. That is https://bonn:6443, and not https://wien:6443.`,
    );
    expect(found[1]?.detail).toContain('names the user "kubernetes-admin"');
    expect(JSON.stringify(found)).not.toContain("token-of");
    expect((await resolved("wien", { kubeconfigFile: wien, ...listed(bonn, wien) })).server).toBe("https://wien:6443");
  });

  it("may have the same entries twice, or one file twice", async () => {
    const bonn = await write("bonn.yaml", kubeadm("bonn", "https://bonn:6443", "one"));
    const copy = await write("copy.yaml", kubeadm("copy", "https://bonn:6443", "one"));
    expect((await resolved("copy", listed(bonn, copy, bonn))).server).toBe("https://bonn:6443");
  });

  it("are refused where kubectl refuses one of them, whichever context is asked for", async () => {
    const good = await write("good.yaml", kubeconfig("good", ["a"]));
    const bad = await write(
      "bad.yaml",
      "clusters:\n- {name: 12, cluster: {}}\n- {name: c, cluster: {}}\n- {name: c}\n",
    );
    const found = await problems("a", listed(good, bad));
    expect(found.map((one) => one.code)).toEqual(["ISM512", "ISM513"]);
    expect(found[0]?.detail).toContain(`${bad}, line 2, column 10: clusters[0].name is the number 12`);
  });

  it("may hold a path or a PEM file where its content in base64 is expected, which is told with the way to it", async () => {
    const bad = await write("path.yaml", "clusters:\n- name: c\n  cluster: { certificate-authority-data: ./ca.pem }\n");
    const [one] = await problems("a", listed(bad));
    expect(one).toMatchObject({ code: "ISM512", fix: expect.stringContaining("base64 -w0 FILE") });
  });

  it("that are not there are named when nothing has the context", async () => {
    const good = await write("good.yaml", kubeconfig("good", ["a"]));
    const [unknown] = await problems("b", listed(path.join(folder, "nowhere.yaml"), good));
    expect(unknown?.detail).toContain(`Looked in ${folder}/nowhere.yaml (not there), ${good}:`);
  });
});

describe("what stands between", () => {
  const withProxy = (proxy: string): string =>
    kubeconfig("x", ["a"]).replace('6443"}', `6443", proxy-url: "${proxy}"}`);

  it("is known with whoever asked for it: the kubeconfig before the environment", async () => {
    const file = await write("proxy.yaml", withProxy("socks5://me:hidden@proxy:1080"));
    const env = { HOME: home, HTTPS_PROXY: "other:3128" };
    expect(await resolved("a", { kubeconfigFile: file, env })).toMatchObject({
      proxyFrom: { kind: "kubeconfig", file, entry: "a" },
    });
    const plain = await write("plain.yaml", kubeconfig("x", ["a"]));
    expect(await resolved("a", { kubeconfigFile: plain, env })).toMatchObject({
      proxyFrom: { kind: "variable", name: "HTTPS_PROXY" },
    });
    expect((await resolved("a", { kubeconfigFile: plain, env: { ...env, NO_PROXY: "a.x" } })).proxyUrl).toBeUndefined();
  });

  it.each(["proxy:3128", "socks4://proxy", "hidden word", "http://"])("is refused as %s", async (proxy) => {
    const [problem] = await problems("a", { kubeconfigFile: await write("bad-proxy.yaml", withProxy(proxy)) });
    expect(problem?.code).toBe("ISM294");
    expect(problem?.detail).toContain("proxy-url of the cluster entry");
    expect(JSON.stringify(problem)).not.toContain("hidden");
  });

  it("is verified, or has no authority: kubectl refuses both together", async () => {
    const text = kubeconfig("x", ["a"]).replace(
      '6443"}',
      '6443", insecure-skip-tls-verify: true, certificate-authority-data: QUJD}',
    );
    const [problem] = await problems("a", { kubeconfigFile: await write("both.yaml", text) });
    expect(problem?.code).toBe("ISM254");
    expect(problem?.detail).toContain("insecure-skip-tls-verify");
  });
});
