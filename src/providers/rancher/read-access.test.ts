import { Buffer } from "node:buffer";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { RancherSettings } from "../../core/model/mesh.ts";
import { createFakeAuthority } from "../../kube/fake/issue-certificates.ts";
import { readRancherAccess } from "./read-access.ts";

const secret = "b5qk7x2m9v4n8z3w6t1r";
let folder = "";
let authority = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-rancher-"));
  authority = (await createFakeAuthority("rancher-ca")).certificate;
  await mkdir(path.join(folder, "home"));
  await Promise.all([
    writeFile(path.join(folder, "token"), `  token-abcde:${secret}\n`, { mode: 0o600 }),
    writeFile(path.join(folder, "home", "token"), `token-fghij:${secret}`, { mode: 0o600 }),
    writeFile(path.join(folder, "open"), `token-abcde:${secret}`),
    writeFile(path.join(folder, "empty"), "\n", { mode: 0o600 }),
    writeFile(path.join(folder, "ca.pem"), authority),
    writeFile(path.join(folder, "no.pem"), "not a certificate"),
  ]);
  await chmod(path.join(folder, "open"), 0o644);
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

const place = (env: Readonly<Record<string, string>> = {}) => ({
  folder,
  env: { HOME: path.join(folder, "home"), ...env },
});

async function read(settings: Partial<RancherSettings>, env: Readonly<Record<string, string>> = {}) {
  return readRancherAccess({ url: "https://rancher.example.org/", token: { env: "TOKEN" }, ...settings }, place(env));
}

/** The problems; none of them may hold the token. */
async function problems(
  settings: Partial<RancherSettings>,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Diagnostic[]> {
  const error: unknown = await read(settings, env).catch((caught: unknown) => caught);
  if (!(error instanceof UserError)) {
    throw new TypeError("a UserError was expected");
  }
  expect(error.exitCode).toBe(65);
  expect(`${error.message}${JSON.stringify(error.diagnostics)}`).not.toContain(secret);
  return error.diagnostics;
}

describe("the access to Rancher", () => {
  it("comes from a variable, without white space around it", async () => {
    const access = await read({}, { TOKEN: `\n token-abcde:${secret} ` });
    expect(access.token.expose()).toBe(`token-abcde:${secret}`);
    expect(access).toMatchObject({ url: "https://rancher.example.org" });
    expect(access.caData).toBeUndefined();
    expect(JSON.stringify(access)).not.toContain(secret);
  });

  it.each([
    ["beside the mesh file", "token", "token-abcde"],
    ["in the home folder", "~/token", "token-fghij"],
  ])("comes from a file %s", async (_, file, name) => {
    const access = await read({ token: { file }, caFile: "ca.pem" });
    expect(access.token.expose()).toBe(`${name}:${secret}`);
    expect(access.caData).toBe(Buffer.from(authority).toString("base64"));
    expect(access.caFile).toBe(path.join(folder, "ca.pem"));
    expect(access.warnings).toBeUndefined();
  });

  it("says that others can read the token, and goes on", async () => {
    expect((await read({ token: { file: "open" } })).warnings).toMatchObject([
      { code: "ISM297", severity: "warning", detail: expect.stringContaining("the mode 644") },
    ]);
  });

  it("takes the environment's proxy, except for what it excludes", async () => {
    const proxied = { TOKEN: `token-abcde:${secret}`, HTTPS_PROXY: "http://user:pass@proxy.example:3128" };
    expect((await read({}, proxied)).proxyUrl?.expose()).toBe("http://user:pass@proxy.example:3128");
    expect((await read({}, { ...proxied, NO_PROXY: ".example.org" })).proxyUrl).toBeUndefined();
  });

  it.each(["ext/token-abcde", "kubeconfig-u-abcde.c-fghij", "kubeconfig-user-x4k2p", "token-abcde"])(
    "takes every kind of API key: %s",
    async (name) => {
      expect((await read({}, { TOKEN: `${name}:${secret}` })).token.expose()).toBe(`${name}:${secret}`);
    },
  );
});

describe("a token that cannot be used", () => {
  it.each<[string, Partial<RancherSettings>, Readonly<Record<string, string>>, string]>([
    ["is not set", {}, {}, "is not set"],
    ["is empty", {}, { TOKEN: "  " }, "is empty"],
    ["is in no file", { token: { file: "nowhere" } }, {}, "there is no such file"],
    ["is in a folder", { token: { file: "home" } }, {}, "it is a folder"],
    ["is in an empty file", { token: { file: "empty" } }, {}, "is empty"],
    ["is a secret key only", {}, { TOKEN: secret }, "only one of the two parts"],
    ["is a header", {}, { TOKEN: `Bearer token-abcde:${secret}` }, "a whole header"],
    ["is a web token", {}, { TOKEN: `eyJhbGciOiJSUzI1NiJ9.${secret}.x` }, "a JSON web token"],
    ["has several lines", {}, { TOKEN: `token-a:${secret}\ntoken-b:${secret}` }, "several lines"],
    ["has three parts", {}, { TOKEN: `a:b:${secret}` }, "whose parts are not those of an API key"],
  ])("%s", async (_, settings, env, says) => {
    expect(await problems(settings, env)).toMatchObject([{ code: "ISM281", detail: expect.stringContaining(says) }]);
  });

  it("is told together with a CA file that cannot be used", async () => {
    expect(await problems({ caFile: "no.pem" })).toMatchObject([
      { code: "ISM281" },
      { code: "ISM282", detail: expect.stringContaining("it holds no certificate in PEM") },
    ]);
    expect(await problems({ caFile: "nowhere.pem" }, { TOKEN: `token-abcde:${secret}` })).toMatchObject([
      { code: "ISM282", detail: expect.stringContaining("there is no such file") },
    ]);
  });
});
