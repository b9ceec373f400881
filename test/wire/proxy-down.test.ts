import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildProgram, program } from "./run-program.ts";

let folder = "";

beforeAll(async () => {
  buildProgram();
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-proxy-"));
  await writeFile(
    path.join(folder, "config"),
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server: "https://kube.oslo.invalid:6443" } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "oslo", context: { cluster: "c", user: "u" } }],
    }),
  );
  await writeFile(
    path.join(folder, "mesh.yaml"),
    JSON.stringify({
      apiVersion: "isthmus.dev/v1alpha1",
      kind: "Mesh",
      metadata: { name: "m" },
      spec: { clusters: [{ name: "oslo", context: "oslo" }] },
    }),
  );
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

async function status(proxy: string): Promise<{ readonly code: number; readonly said: string }> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    KUBECONFIG: path.join(folder, "config"),
    HTTPS_PROXY: proxy,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "status"], { cwd: folder, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, said: `${out}${err}`.replaceAll(/\s+/g, " ") });
    });
  });
}

it.each(["http://127.0.0.1:9", "socks5://127.0.0.1:9"])(
  "a proxy that is down, %s, is named with the variable, and Node says nothing beside it",
  async (proxy) => {
    const { code, said } = await status(proxy);
    expect(code).not.toBe(0);
    expect(said).toContain("ISM294");
    expect(said).toContain(`the proxy ${proxy}, which HTTPS_PROXY names`);
    expect(said).not.toContain("Warning:");
  },
);
