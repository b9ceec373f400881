import { Buffer } from "node:buffer";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../core/secret.ts";
import { createKubeClient } from "../connect-client.ts";
import { diagnoseKubeError } from "../diagnose.ts";
import { startFakeApiServer } from "../fake/fake-api-server.ts";
import { contextOf } from "../fake/fake-context.ts";
import type { ExecPluginSpec } from "../kubeconfig/read-credentials.ts";
import type { Authorizer } from "./authorizer.ts";
import { createAuthorizer } from "./authorizer.ts";
import { CredentialError } from "./credential-error.ts";

const { signal } = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "credentials-"));
});

afterEach(async () => rm(folder, { recursive: true, force: true }));

/** A credential plugin that is a shell script. */
async function plugin(script: string, more: Partial<ExecPluginSpec> = {}): Promise<ExecPluginSpec> {
  const command = path.join(folder, "plugin");
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  return {
    apiVersion: "client.authentication.k8s.io/v1",
    command,
    args: [],
    env: [],
    provideClusterInfo: false,
    ...more,
  };
}

function authorizerFor(exec: ExecPluginSpec): Authorizer {
  return createAuthorizer(contextOf("https://api:6443", { user: { exec } }));
}

function credential(status: object): string {
  return JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status,
  });
}

async function failureOf(authorizer: Authorizer): Promise<CredentialError> {
  const error = await authorizer.authorize(signal).catch((reason: unknown) => reason);
  if (!(error instanceof CredentialError)) {
    throw new Error(`expected a CredentialError, got ${String(error)}`);
  }
  return error;
}

describe("credential plugins", () => {
  it("give a token, and are run once for all requests until it ends", async () => {
    const counter = path.join(folder, "runs");
    const authorizer = authorizerFor(
      await plugin(`echo run >> ${counter}; echo '${credential({ token: "from-plugin" })}'`),
    );
    const all = await Promise.all([1, 2, 3].map(async () => authorizer.authorize(signal)));
    expect(all.map((one) => one.header?.expose())).toEqual(Array(3).fill("Bearer from-plugin"));
    expect(await readFile(counter, "utf8")).toBe("run\n");
  });

  it("are run again once their token has ended", async () => {
    const counter = path.join(folder, "runs");
    const status = {
      token: "short-lived",
      expirationTimestamp: new Date(Date.now() + 1000).toISOString(),
    };
    const authorizer = authorizerFor(await plugin(`echo run >> ${counter}; echo '${credential(status)}'`));
    await authorizer.authorize(signal);
    await authorizer.authorize(signal);
    expect(await readFile(counter, "utf8")).toBe("run\nrun\n");
  });

  it("learn the cluster when they ask for it, and that nobody sits at a terminal", async () => {
    const seen = path.join(folder, "info");
    const authorizer = authorizerFor(
      await plugin(`echo "$KUBERNETES_EXEC_INFO" > ${seen}; echo '${credential({ token: "t" })}'`, {
        provideClusterInfo: true,
      }),
    );
    await authorizer.authorize(signal);
    expect(JSON.parse(await readFile(seen, "utf8"))).toMatchObject({
      kind: "ExecCredential",
      spec: {
        interactive: false,
        cluster: { server: "https://api:6443", "insecure-skip-tls-verify": false },
      },
    });
  });

  it("get their arguments and variables", async () => {
    const exec = await plugin(
      `printf '{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s-%s"}}' "$1" "$REGION"`,
      {
        args: [new Secret("arg")],
        env: [{ name: "REGION", value: new Secret("oslo") }],
      },
    );
    expect((await authorizerFor(exec).authorize(signal)).header?.expose()).toBe("Bearer arg-oslo");
  });

  it("that are missing are named, with the kubeconfig's own hint", async () => {
    const exec = {
      ...(await plugin("true")),
      command: "no-such-plugin-anywhere",
      installHint: "Install it with brew.",
    };
    const error = await failureOf(authorizerFor(exec));
    expect(error).toMatchObject({ code: "ISM265", fix: "Install it with brew." });
    expect(error.message).toContain("no-such-plugin-anywhere, and it is not installed");
  });

  it("that fail are quoted, without what is secret", async () => {
    const exec = await plugin(
      'echo "session for $API_KEY ended, token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln refused" >&2; exit 3',
      {
        env: [{ name: "API_KEY", value: new Secret("very-secret-key") }],
      },
    );
    const error = await failureOf(authorizerFor(exec));
    expect(error.code).toBe("ISM266");
    expect(error.message).toContain("exit code 3");
    expect(error.message).toContain("ended, token <redacted> refused");
    expect(error.message).not.toContain("very-secret-key");
  });

  it.each([
    ["password=hunter22 is wrong", "said: password=<redacted> is wrong"],
    ["PASSWORD: 'hunter 22' is wrong", "said: PASSWORD: <redacted> is wrong"],
    ["client_secret=hunter22, expired", "said: client_secret=<redacted>, expired"],
    ["refresh token: expired yesterday", "said: refresh token: expired yesterday"],
  ])("that fail are quoted without values of such names: %s", async (words, said) => {
    const error = await failureOf(authorizerFor(await plugin(`echo "${words}" >&2; exit 3`)));
    expect(error.message).toContain(said);
  });

  it("that print something else are not quoted", async () => {
    const error = await failureOf(authorizerFor(await plugin("echo token=abc-secret")));
    expect(error.message).toContain("did not print an ExecCredential");
    expect(error.message).not.toContain("abc-secret");
  });

  it("that answer in another version than they are asked in are refused", async () => {
    const beta = credential({ token: "t" }).replace("/v1", "/v1beta1");
    const error = await failureOf(authorizerFor(await plugin(`echo '${beta}'`)));
    expect(error.message).toContain("answered in version client.authentication.k8s.io/v1beta1");
  });

  it("end with the signal", async () => {
    const stop = new AbortController();
    const running = authorizerFor(await plugin("exec sleep 30")).authorize(stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 100);
    await expect(running).rejects.toThrow("enough");
  });

  it("are asked anew when the API server refuses what they gave", async () => {
    const counter = path.join(folder, "runs");
    const exec = await plugin(
      `echo run >> ${counter}; printf '{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"token-%s"}}' "$(wc -l < ${counter} | tr -d ' ')"`,
    );
    const server = await startFakeApiServer({ authorization: "Bearer token-2" });
    const client = createKubeClient({
      cluster: "oslo",
      context: contextOf(server.url, { user: { exec } }),
    });
    try {
      expect((await client.version({ signal })).major).toBe("1");
    } finally {
      await client.close();
      await server.close();
    }
  });
});

describe("token files", () => {
  it("are read again when the API server refuses the token", async () => {
    const tokenFile = path.join(folder, "token");
    await writeFile(tokenFile, "old\n");
    const server = await startFakeApiServer({ authorization: "Bearer new" });
    const client = createKubeClient({
      cluster: "oslo",
      context: contextOf(server.url, { user: { tokenFile } }),
    });
    try {
      const error = await client.version({ signal }).catch((reason: unknown) => reason);
      expect((await diagnoseKubeError(error, "oslo")).code).toBe("ISM263");
      await writeFile(tokenFile, "new\n");
      expect((await client.version({ signal })).major).toBe("1");
    } finally {
      await client.close();
      await server.close();
    }
  });

  it("that are missing are named", async () => {
    const tokenFile = path.join(folder, "absent");
    const error = await failureOf(createAuthorizer(contextOf("https://api:6443", { user: { tokenFile } })));
    expect(error).toMatchObject({ code: "ISM254" });
    expect(error.message).toContain(tokenFile);
  });

  it("that are being written are waited for, and those that stay empty are named", async () => {
    const tokenFile = path.join(folder, "emptied");
    await writeFile(tokenFile, "");
    const context = contextOf("https://api:6443", { user: { tokenFile } });
    const error = await failureOf(createAuthorizer(context));
    expect(error).toMatchObject({ code: "ISM254" });
    expect(error.message).toContain(`${tokenFile}, which is empty`);
    const loading = createAuthorizer(context).authorize(signal);
    await writeFile(tokenFile, "late\n");
    expect((await loading).header?.expose()).toBe("Bearer late");
  });
});

describe("ID tokens", () => {
  it("are used while they last, and are not shown when they cannot be refreshed", async () => {
    const token = (exp: number): string => `${part({ alg: "none" })}.${part({ exp })}.c2ln`;
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const valid = token(Date.now() / 1000 + 600);
    const fresh = createAuthorizer(
      contextOf("https://api:6443", { user: { oidc: { "id-token": new Secret(valid) } } }),
    );
    expect((await fresh.authorize(signal)).header?.expose()).toBe(`Bearer ${valid}`);
    const stale = createAuthorizer(
      contextOf("https://api:6443", { user: { oidc: { "id-token": new Secret(token(1)) } } }),
    );
    const error = await failureOf(stale);
    expect(error.code).toBe("ISM267");
    expect(error.message).toContain("it has expired");
  });
});
