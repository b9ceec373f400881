import { Buffer } from "node:buffer";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFakeApiServer } from "../../kube/fake/fake-api-server.ts";
import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";
import { issueIntermediate, issueRoot } from "../../pki/certificate-authority.ts";
import type { MeshFile } from "../mesh-file.ts";
import { parseMeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { checkMesh, takeFacts } from "./check.ts";

const kinds = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    plural: "mutatingwebhookconfigurations",
    namespaced: false,
  },
  { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", plural: "endpointslices", namespaced: true },
];
const token = "the-token-that-nobody-may-see";
const now = new Date("2026-11-23T06:00:00.000Z");

let servers: readonly FakeApiServer[];
let folder = "";
let key = "";

beforeEach(async () => {
  servers = [await startFakeApiServer({ kinds }), await startFakeApiServer({ kinds })];
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-check-"));
  const root = await issueRoot("demo", now);
  for (const [index, name] of ["west", "east"].entries()) {
    const authority = await issueIntermediate(
      root,
      { cluster: name, keyType: "ecdsa-p256", validitySeconds: 7e7 },
      now,
    );
    key = authority.caKey.expose();
    const other = name === "west" ? "east" : "west";
    put(index, "v1", "Namespace", "istio-system", {}, false);
    put(index, "v1", "Secret", "cacerts", {
      data: {
        "root-cert.pem": base64(authority.rootCert),
        "ca-cert.pem": base64(authority.caCert),
        "cert-chain.pem": base64(authority.certChain),
        "ca-key.pem": base64(key),
      },
    });
    put(index, "v1", "Secret", `istio-remote-secret-${other}`, {
      labels: { "istio/multiCluster": "true" },
      data: { [other]: base64(kubeconfigOf([servers[1 - index]?.url ?? ""], [other])) },
    });
  }
  const addresses = servers.map((one) => one.url);
  await writeFile(path.join(folder, "kubeconfig"), kubeconfigOf(addresses, ["west", "east"]));
});

afterEach(async () => {
  await Promise.all([...servers.map(async (one) => one.close()), rm(folder, { recursive: true, force: true })]);
});

function put(
  index: number,
  apiVersion: string,
  kind: string,
  name: string,
  { labels, ...rest }: { readonly labels?: Readonly<Record<string, string>>; readonly data?: object },
  namespaced = true,
): void {
  servers[index]?.put({
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespaced ? { namespace: "istio-system" } : {}),
      ...(labels === undefined ? {} : { labels }),
    },
    ...rest,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function kubeconfigOf(addresses: readonly string[], names: readonly string[]): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: names.map((name, index) => ({ name, cluster: { server: addresses[index] } })),
    users: names.map((name) => ({ name, user: { token } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
    "current-context": names[0],
  });
}

function meshFile(): MeshFile {
  const text = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: demo }
spec:
  clusters:
    - { name: west, context: west, kubeconfig: kubeconfig }
    - { name: east, context: east, kubeconfig: kubeconfig }
`;
  return parseMeshFile(text, { name: "mesh.yaml", path: path.join(folder, "mesh.yaml"), folder });
}

function options(): EngineOptions {
  return {
    env: { HOME: folder },
    extraKubeconfigs: [],
    istioctlCandidates: [],
    helmCandidates: [],
    chartCandidates: [],
    kubectlCandidates: [],
    cacheDir: folder,
    holder: { identity: "me@here/1", pid: 1 },
    signal: new AbortController().signal,
    onEvent: () => {},
    now: () => now.getTime(),
    forceConflicts: false,
    continueOnRefusal: false,
    adopt: "unowned",
    timeoutMs: 10_000,
  };
}

describe("the facts of a mesh", () => {
  it("hold no key and no token, and tell by fingerprints and by a trial what there is to know of them", async () => {
    const facts = await takeFacts(meshFile(), options());
    const text = JSON.stringify(facts);
    const west = facts.clusters[0];
    expect(west?.kind === "reached" && west.authority.kind).toBe("present");
    expect(west?.kind === "reached" && west.remoteSecrets[0]?.credentials[0]).toMatchObject({
      cluster: "east",
      token: "other",
      trial: { outcome: "accepted" },
    });
    for (const secret of [token, base64(token), key, base64(key), key.split("\n")[1] ?? key]) {
      expect(text).not.toContain(secret);
    }
  });

  it("say of a token that is refused that it is, and nothing more of it", async () => {
    servers[1]?.inject(
      { kind: "status", status: 401 },
      { times: 100, matches: (request) => request.url.includes("/services") && !request.url.includes("gateway") },
    );
    const facts = await takeFacts(meshFile(), options());
    const west = facts.clusters[0];
    expect(west?.kind === "reached" && west.remoteSecrets[0]?.credentials[0]?.trial).toEqual({
      outcome: "unauthorized",
      detail: "",
    });
  });
});

describe("a check", () => {
  it("goes on with one cluster when the other is dead", async () => {
    await servers[1]?.close();
    const { report } = await checkMesh(meshFile(), { ...options(), pre: true, waitMs: 0 });
    expect(report.causes.map((one) => [one.check, one.cluster])).toContainEqual(["access/clusters-answer", "east"]);
    expect(report.results.find((one) => one.id === "trust/cacerts-sound")?.state).toBe("ok");
  });

  it("finds nothing wrong before an apply to clusters that have nothing yet but their trust", async () => {
    for (const [index, name] of ["west", "east"].entries()) {
      put(index, "v1", "Node", `${name}-1`, {}, false);
    }
    const { report } = await checkMesh(meshFile(), { ...options(), pre: true, waitMs: 0 });
    expect(report.causes.map((one) => one.code)).toEqual(["ISM411", "ISM411"]);
  });
});
