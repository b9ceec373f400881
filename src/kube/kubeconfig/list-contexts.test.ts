import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listContexts } from "./list-contexts.ts";

let folder = "";

const kubeconfig = (server: string, ...contexts: readonly string[]) => `contexts:
${contexts.map((name) => `  - { name: ${name}, context: { cluster: "${server}", user: u } }`).join("\n")}
clusters: [{ name: "${server}", cluster: { server: "${server}" } }]
`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-contexts-"));
  await Promise.all([
    writeFile(path.join(folder, "a"), kubeconfig("https://203.0.113.1/", "west", "both")),
    writeFile(path.join(folder, "b"), kubeconfig("https://203.0.113.2", "east", "both")),
    writeFile(path.join(folder, "sandbox"), kubeconfig("https://172.30.0.2:6443", "sandbox", "west")),
    writeFile(path.join(folder, "login"), kubeconfig("https://me:q1w2e3r4@203.0.113.3", "login")),
    writeFile(path.join(folder, "broken"), "contexts: ["),
    writeFile(path.join(folder, "bare"), "contexts: [{ name: bare, context: { cluster: nowhere } }]"),
  ]);
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

const inFolder = (...names: readonly string[]): string => names.map((name) => path.join(folder, name)).join(":");

async function list(files: string, extraFiles: readonly string[] = []) {
  const { contexts, problems } = await listContexts({ env: { KUBECONFIG: files, HOME: folder }, extraFiles });
  return {
    contexts: contexts.map(({ name, file, server }) => `${name} ${path.basename(file)} ${server ?? "-"}`),
    problems: problems.map((one) => one.code),
  };
}

describe("the contexts that there are", () => {
  it("come from all files of KUBECONFIG and then from sandboxes; the first that has a name counts", async () => {
    expect(await list(inFolder("a", "missing", "b"), [path.join(folder, "sandbox")])).toEqual({
      contexts: [
        "west a https://203.0.113.1",
        "both a https://203.0.113.1",
        "east b https://203.0.113.2",
        "sandbox sandbox https://172.30.0.2:6443",
      ],
      problems: [],
    });
  });

  it("are shown without a password that stands in their address", async () => {
    expect((await list(inFolder("login"))).contexts).toEqual(["login login https://me:<redacted>@203.0.113.3"]);
  });

  it("are shown without an address where they lead to none, and beside a file that cannot be read", async () => {
    expect(await list(inFolder("broken", "bare"))).toEqual({ contexts: ["bare bare -"], problems: ["ISM252"] });
  });
});
