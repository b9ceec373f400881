import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import type { RancherStub } from "../../providers/rancher/testing/rancher-stub.ts";
import { startRancherStub, stubToken } from "../../providers/rancher/testing/rancher-stub.ts";
import { clusterJson, collection } from "../../providers/rancher/testing/stub-client.ts";
import type { InitResult } from "./init.ts";
import type { InitSource } from "../init/init-draft.ts";
import { initMesh } from "./init.ts";

type RancherSource = Extract<InitSource, { readonly kind: "rancher" }>;

let stub: RancherStub;
let folder = "";

beforeEach(async () => {
  [stub, folder] = await Promise.all([startRancherStub(), mkdtemp(path.join(tmpdir(), "isthmus-init-"))]);
  await writeFile(path.join(folder, "ca.pem"), stub.authority);
  stub.on("GET /v3/clusters", () =>
    collection([
      clusterJson("local", "local"),
      clusterJson("c-abcde", "west"),
      clusterJson("c-m-abcdefgh", "East (prod)", {
        state: "unavailable",
        transitioningMessage: "Cluster agent is not connected",
        version: { gitVersion: "v1.30.4" },
        enableNetworkPolicy: true,
      }),
    ]),
  );
});

afterEach(async () => {
  await Promise.all([stub.close(), rm(folder, { recursive: true, force: true })]);
});

/** ClusterProxyConfigs by cluster ID; a number is the status of a refusal. */
function serveProxyConfigs(answers: Readonly<Record<string, readonly boolean[] | number>>): void {
  for (const [id, answer] of Object.entries(answers)) {
    stub.on(`GET /k8s/clusters/local/apis/management.cattle.io/v3/namespaces/${id}/clusterproxyconfigs`, () =>
      typeof answer === "number"
        ? { status: answer, body: { kind: "Status", status: "Failure", message: "no" } }
        : { body: { items: answer.map((enabled) => ({ enabled })) } },
    );
  }
}

async function init(source: Partial<RancherSource> = {}, file?: string): Promise<InitResult> {
  return initMesh(
    {
      name: "prod",
      source: { kind: "rancher", url: stub.url, token: { env: "TOKEN" }, caFile: "ca.pem", clusters: [], ...source },
      ...(file === undefined ? {} : { file }),
      cwd: folder,
      force: false,
    },
    {
      env: { TOKEN: stubToken, HOME: folder },
      extraKubeconfigs: [],
      signal: new AbortController().signal,
      now: () => Date.now(),
      onProgress: () => {},
      onEvent: () => {},
      timeoutMs: 10_000,
    },
  );
}

describe("a mesh file from Rancher", () => {
  it("has all clusters but Rancher's own, by ID, and says what is known of them", async () => {
    serveProxyConfigs({ "c-abcde": [true], "c-m-abcdefgh": [true] });
    const { text, warnings } = await init();
    const { mesh, diagnostics } = parseMesh(text, "mesh.yaml");
    expect(diagnostics).toEqual([]);
    expect(mesh?.clusters.map(({ name, network, access }) => ({ name, network, access }))).toEqual([
      { name: "east-prod", network: "east-prod", access: { kind: "rancher", rancherId: "c-m-abcdefgh" } },
      { name: "west", network: "west", access: { kind: "rancher", rancherId: "c-abcde" } },
    ]);
    expect(mesh?.rancher).toEqual({ url: stub.url, token: { env: "TOKEN" }, caFile: "ca.pem" });
    expect(mesh?.access.credentials).toBe("serviceAccount");
    expect(text).toContain("    # In Rancher: East (prod), Kubernetes v1.30.4.\n");
    expect(text).toContain("    # When this was written its state was unavailable: Cluster agent is not connected\n");
    expect(text).toContain("    # Project network isolation is on:");
    expect(text).toContain("    # east-prod runs Kubernetes 1.30; Istio 1.31 is for 1.32 to 1.36.\n");
    expect(text).toContain("    # The newest Istio for all these clusters is 1.28:");
    expect(text).not.toContain(stubToken.split(":")[1]);
    expect(warnings).toMatchObject([{ code: "ISM291", severity: "warning" }]);
  });

  it.each([
    [
      "is closed for one cluster",
      { "c-abcde": [true], "c-m-abcdefgh": [] },
      "does not let service accounts through to East (prod)",
    ],
    [
      "is hidden from the user",
      { "c-abcde": 403, "c-m-abcdefgh": [true] },
      "may not see whether Rancher lets service accounts through to west",
    ],
  ])("takes Rancher's tokens where the way for service accounts %s", async (_, answers, why) => {
    serveProxyConfigs(answers);
    const { text } = await init();
    expect(parseMesh(text, "mesh.yaml").mesh?.access.credentials).toBe("rancherToken");
    expect(text).toContain(why);
  });

  it("has the clusters that are named, by ID or name, Rancher's own as well", async () => {
    serveProxyConfigs({ "c-abcde": [true], local: [true] });
    const { mesh } = await init({ clusters: ["west", "local", "c-abcde"] });
    expect(mesh.clusters.map((one) => one.name)).toEqual(["west", "local"]);
  });

  it("has paths that start at its own folder", async () => {
    serveProxyConfigs({ "c-abcde": [true] });
    await mkdir(path.join(folder, "meshes"));
    await writeFile(path.join(folder, "token"), stubToken, { mode: 0o600 });
    await init({ clusters: ["west"], token: { file: "token" } }, "meshes/prod.yaml");
    const written = await readFile(path.join(folder, "meshes", "prod.yaml"), "utf8");
    expect(parseMesh(written, "prod.yaml").mesh?.rancher).toEqual({
      url: stub.url,
      token: { file: "../token" },
      caFile: "../ca.pem",
    });
    await init({ clusters: ["west"], token: { file: "~/token" } }, "meshes/home.yaml");
    expect(await readFile(path.join(folder, "meshes", "home.yaml"), "utf8")).toContain("{ file: ~/token }");
  });
});

describe("a mesh file that cannot be made from Rancher", () => {
  it("names all clusters that are not there", async () => {
    const error: unknown = await init({ clusters: ["wets", "c-zzzzz", "west"] }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(64);
    expect((error as UserError).diagnostics.map((one) => one.code)).toEqual(["ISM289", "ISM289"]);
  });

  it("says that the user sees no cluster", async () => {
    stub.on("GET /v3/clusters", () => collection([]));
    await expect(init()).rejects.toMatchObject({ diagnostics: [{ code: "ISM289" }] });
  });

  it("says that Rancher refuses the token, and writes nothing", async () => {
    stub.on("GET /v3/clusters", () => ({ status: 401, body: { type: "error", status: "401", message: "no" } }));
    await expect(init({}, "mesh.yaml")).rejects.toMatchObject({ exitCode: 69, diagnostics: [{ code: "ISM286" }] });
    await expect(readFile(path.join(folder, "mesh.yaml"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
