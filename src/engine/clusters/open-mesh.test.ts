import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { interruptibleBy } from "../../files/interruptible.ts";
import { startFakeApiServer } from "../../kube/fake/fake-api-server.ts";
import type { RancherStub } from "../../providers/rancher/testing/rancher-stub.ts";
import { startRancherStub, stubToken } from "../../providers/rancher/testing/rancher-stub.ts";
import { clusterJson, collection } from "../../providers/rancher/testing/stub-client.ts";
import type { MeshFile } from "../mesh-file.ts";
import { parseMeshFile } from "../mesh-file.ts";
import { takeFacts } from "../operations/check.ts";
import { prepareRemoval } from "../operations/remove.ts";
import { gatherBundle } from "../operations/support-bundle.ts";
import { preparePlan } from "../operations/plan.ts";
import { verifyMesh } from "../operations/verify.ts";
import type { EngineOptions } from "../options.ts";
import type { OpenMesh } from "./open-mesh.ts";
import { openMesh, openMeshWhile } from "./open-mesh.ts";
import { lateAfterMs } from "./watch-standstill.ts";

/** For what comes at once where nothing else runs on the machine. */
const patient = { timeout: 20_000 };

let stub: RancherStub;
let folder = "";

beforeEach(async () => {
  [stub, folder] = await Promise.all([startRancherStub(), mkdtemp(path.join(tmpdir(), "isthmus-open-"))]);
  await writeFile(path.join(folder, "ca.pem"), stub.authority);
  stub.on("GET /v3/clusters", () => collection([clusterJson("local", "local"), clusterJson("c-abcde", "west")]));
  stub.on("GET /k8s/clusters/c-abcde/*", () => "hang");
});

afterEach(async () => {
  await Promise.all([stub.close(), rm(folder, { recursive: true, force: true })]);
});

function meshBehindRancher(others = ""): MeshFile {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: prod }
spec:
  rancher: { url: "${stub.url}", token: { env: TOKEN }, caFile: ca.pem }
  clusters: [{ name: west, rancherId: c-abcde }${others}]
`;
  return parseMeshFile(text, { name: "mesh.yaml", path: path.join(folder, "mesh.yaml"), folder });
}

function optionsWith(signal: AbortSignal): EngineOptions {
  return {
    env: { TOKEN: stubToken, HOME: folder },
    extraKubeconfigs: [],
    istioctlCandidates: [],
    helmCandidates: [],
    chartCandidates: [],
    kubectlCandidates: [],
    cacheDir: path.join(folder, "cache"),
    holder: { identity: "test@host/1", pid: 1 },
    signal,
    onEvent: () => {},
    now: () => Date.now(),
    forceConflicts: false,
    adopt: "never",
    continueOnRefusal: false,
    timeoutMs: 60_000,
  };
}

const commands: Readonly<Record<string, (meshFile: MeshFile, options: EngineOptions) => Promise<unknown>>> = {
  check: takeFacts,
  verify: async (meshFile, options) => verifyMesh(meshFile, { ...options, requests: 1, probePod: false }),
  remove: prepareRemoval,
  "support-bundle": async (meshFile, options) => gatherBundle(meshFile, { ...options, version: "0" }),
};

it.each(Object.keys(commands))(
  "leaves no connection to Rancher open when %s is stopped while it connects",
  async (name) => {
    const stopped = new AbortController();
    const reason = new Error("stopped by the test");
    const seen = (): boolean => stub.requests.some(({ url }) => url.startsWith("/k8s/clusters/c-abcde"));
    const ended = commands[name]?.(meshBehindRancher(), optionsWith(stopped.signal)).catch((error: unknown) => error);
    await vi.waitFor(() => expect(seen()).toBe(true), patient);
    stopped.abort(reason);
    expect(await ended).toBe(reason);
    await vi.waitFor(() => expect(stub.openConnections()).toBe(0), patient);
  },
);

it("leaves no connection to Rancher open when it is stopped while it reads a kubeconfig", async () => {
  const pipe = path.join(folder, "kubeconfig");
  execFileSync("mkfifo", [pipe]);
  const meshFile = meshBehindRancher(", { name: east, context: east, kubeconfig: ./kubeconfig }");
  const stopped = new AbortController();
  const reason = new Error("stopped by the test");
  const opens = interruptibleBy(stopped.signal, async () => openMesh(meshFile, optionsWith(stopped.signal)));
  const ended = opens.catch((error: unknown) => error);
  // A pipe can be opened for writing without waiting once somebody reads it.
  const writer = await vi.waitFor(() => openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK), patient);
  stopped.abort(reason);
  expect(await ended).toBe(reason);
  await vi.waitFor(() => expect(stub.openConnections()).toBe(0), patient);
  closeSync(writer);
});

it("leaves nothing open when Istio's manifests cannot be made while it connects", async () => {
  const renders = preparePlan(meshBehindRancher(), { ...optionsWith(new AbortController().signal), timeoutMs: 60_000 });
  await expect(renders).rejects.toThrow("ISM205");
  await vi.waitFor(() => expect(stub.openConnections()).toBe(0), patient);
});

it("waits for what it stops, so that nothing is opened after it has failed", async () => {
  const failure = new Error("the other work failed");
  let stopped = false;
  const opens = openMeshWhile(meshBehindRancher(), optionsWith(new AbortController().signal), async (_way, signal) => {
    signal.addEventListener("abort", () => {
      stopped = true;
    });
    await vi.waitFor(() => expect(stub.requests.some(({ url }) => url.startsWith("/k8s/"))).toBe(true), patient);
    throw failure;
  });
  await expect(opens).rejects.toBe(failure);
  expect(stopped).toBe(true);
  await vi.waitFor(() => expect(stub.openConnections()).toBe(0), patient);
});

it("tells of a late cluster as soon as Rancher's own one, which was late too, has answered", async () => {
  const east = await startFakeApiServer();
  onTestFinished(async () => east.close());
  const kubeconfig = {
    clusters: [{ name: "east", cluster: { server: east.url } }],
    users: [{ name: "me", user: { token: "token" } }],
    contexts: [{ name: "east", context: { cluster: "east", user: "me" } }],
  };
  await writeFile(path.join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  stub.on("GET /k8s/clusters/local/*", async () => answered.then(() => ({ status: 404 })));
  const told: OpenMesh[] = [];
  const stopped = new AbortController();
  const opens = openMesh(meshBehindRancher(", { name: east, context: east, kubeconfig: ./kubeconfig }"), {
    ...optionsWith(stopped.signal),
    rancherLocal: true,
    onLate: (soFar) => told.push(soFar),
  }).catch((error: unknown) => error);
  await vi.waitFor(() => expect(east.requests.length).toBeGreaterThan(0), patient);
  await pause(2 * lateAfterMs);
  expect(told).toEqual([]);
  answer();
  await vi.waitFor(() => expect(told).toHaveLength(1), patient);
  expect(told[0]?.connections.map(({ kind }) => kind)).toEqual(["unreachable", "connected"]);
  stopped.abort(new Error("seen"));
  await opens;
});
