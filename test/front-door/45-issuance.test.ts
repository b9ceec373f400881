import { execFile } from "node:child_process";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { enginesPrograms, freshFolder, isthmus, sandboxKubeconfig } from "../e2e/world.ts";
import type { CheckReport, FoundCause } from "../faults/mesh.ts";
import { dnsIssuer, doorKubectl, frontDoorWorld, writeDoorMesh, type FrontDoorWorld } from "./front-door-world.ts";

const clusters = ["west", "east"];
const host = "theirs.example.test";
const page = { http01: { ingress: { ingressClassName: "nobody" } } };

let world: FrontDoorWorld;
let file = "";
let record: object = {};

/** A ClusterIssuer and a Certificate that somebody else has made; the mesh file names the Secret alone. */
beforeAll(async () => {
  world = await frontDoorWorld();
  record = solverOf(dnsIssuer(world, "theirs"));
  const route = {
    name: "theirs",
    gateway: "theirs",
    hosts: [host],
    match: { exact: "/hello" },
    tls: { secretName: "theirs" },
    dns: { via: "isthmus" },
    weights: { v1: 50, v2: 50 },
  };
  file = writeDoorMesh(world, freshFolder(), { issuers: [], routes: [route] });
  for (const cluster of clusters) {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } };
    await put(cluster, namespace, issuer(record), certificate("istio-system", [host]));
    await ready(cluster);
  }
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
  await noCause();
});

function solverOf(ofIssuer: object): object {
  const { dns01, waitInsteadOfSelfCheck } = (ofIssuer as { readonly acme: Record<string, unknown> }).acme;
  return { dns01, waitInsteadOfSelfCheck };
}

function issuer(solver: object): object {
  const { server, email, profile, caBundle } = (
    dnsIssuer(world, "theirs") as { readonly acme: { readonly [key: string]: string } }
  ).acme;
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: "theirs" },
    spec: {
      acme: {
        server,
        email,
        profile,
        caBundle: Buffer.from(caBundle ?? "").toString("base64"),
        privateKeySecretRef: { name: "theirs-account" },
        solvers: [solver],
      },
    },
  };
}

function certificate(namespace: string, dnsNames: readonly string[]): object {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "theirs", namespace },
    spec: { secretName: "theirs", dnsNames, issuerRef: { name: "theirs", kind: "ClusterIssuer" } },
  };
}

async function put(cluster: string, ...objects: readonly object[]): Promise<void> {
  for (const object of objects) {
    await doorKubectl(world, cluster, ["apply", "-f", "-"], JSON.stringify(object));
  }
}

async function ready(cluster: string): Promise<void> {
  const wait = ["wait", "--timeout=180s", "--for=create", "secret/theirs"];
  await doorKubectl(world, cluster, ["-n", "istio-system", ...wait]);
  const condition = ["wait", "--timeout=180s", "--for=condition=Ready", "certificate/theirs"];
  await doorKubectl(world, cluster, ["-n", "istio-system", ...condition]);
}

async function causes(): Promise<CheckReport["causes"]> {
  return (JSON.parse((await isthmus(["check", "-f", file, "-o", "json"])).out) as CheckReport).causes;
}

async function noCause(): Promise<void> {
  await vi.waitFor(async () => expect((await causes()).map(({ code, detail }) => `${code} ${detail}`)).toEqual([]), {
    timeout: 180_000,
    interval: 1000,
  });
}

/** The cause with these words, once it is there, alone; the name leads to a cluster without a certificate meanwhile (ISM646). */
async function cause(code: string, words: string): Promise<FoundCause> {
  return vi.waitFor(
    async () => {
      const [found, ...others] = await causes();
      expect(others.map((one) => one.code).filter((other) => other !== "ISM646")).toEqual([]);
      expect(`${found?.code ?? ""} ${found?.detail ?? ""}`).toContain(words);
      expect(found?.code).toBe(code);
      return found as FoundCause;
    },
    { timeout: 180_000, interval: 1000 },
  );
}

/** Runs the command line that stands in a fix, from its first `kubectl` to its end. */
async function run({ fix = "" }: FoundCause): Promise<void> {
  const [command = ""] = /kubectl --context .*/.exec(fix) ?? [];
  const path = `${enginesPrograms()}:${process.env["PATH"] ?? ""}`;
  const env = { ...process.env, PATH: path, KUBECONFIG: sandboxKubeconfig() };
  await new Promise<void>((resolve, reject) => {
    execFile("sh", ["-c", command], { env }, (error, _, err) => (error === null ? resolve() : reject(new Error(err))));
  });
}

describe("a certificate that somebody else has cert-manager make", () => {
  it("is warned of while its issuer proves a name of two clusters by pages", async () => {
    await put("east", issuer(page));
    const found = await cause("ISM780", "the page is in east alone");
    expect([found.severity, found.cluster]).toEqual(["warning", "east"]);
  });

  it.each([
    ["that cert-manager checks for itself", {}],
    ["that the ACME server has refused", { waitInsteadOfSelfCheck: "1s" }],
  ])(
    "is not issued in the words of a Challenge %s, and is by a record and what the fix prints",
    async (_name, more) => {
      await put("east", issuer({ ...page, ...more }));
      await doorKubectl(world, "east", ["-n", "istio-system", "delete", "secret/theirs"]);
      const found = await cause("ISM779", `HTTP-01 for ${host}`);
      expect(found.detail).toContain("the page is in east alone");
      await put("east", issuer(record));
      await run(found);
      await ready("east");
      await noCause();
    },
  );

  it("is not issued in the words of an event where no solver fits its wildcard", async () => {
    await put("east", issuer(page), certificate("istio-system", [host, `*.${host}`]));
    const found = await cause("ISM779", "no configured challenge solvers can be used for this challenge");
    expect(found.detail).toContain(`has no dns01 solver for *.${host}`);
    await put("east", issuer(record));
    await run(found);
    await ready("east");
    await noCause();
  });

  it("is made where the gateway's pods run by what the fix of a stray one prints", async () => {
    await doorKubectl(world, "east", ["-n", "istio-system", "delete", "certificate/theirs", "secret/theirs"]);
    await put("east", certificate("sample", [host]));
    const wait = ["wait", "--timeout=180s", "--for=condition=Ready", "certificate/theirs"];
    await doorKubectl(world, "east", ["-n", "sample", ...wait]);
    const found = await cause("ISM450", "Certificate sample/theirs and Secret sample/theirs");
    await run(found);
    await doorKubectl(world, "east", ["-n", "sample", "delete", "certificate/theirs"]);
    await ready("east");
    await noCause();
    // A Secret alone is copied as it is.
    await doorKubectl(world, "east", ["-n", "istio-system", "delete", "certificate/theirs", "secret/theirs"]);
    await run(await cause("ISM450", "there is Secret sample/theirs,"));
    await noCause();
  });
});
