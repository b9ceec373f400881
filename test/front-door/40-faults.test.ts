import { execFile } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { enginesPrograms, freshFolder, isthmus, sandboxKubeconfig } from "../e2e/world.ts";
import type { CheckReport, FoundCause } from "../faults/mesh.ts";
import { runFix } from "../faults/run-fix.ts";
import {
  addressesOf,
  dnsIssuer,
  doorKubectl,
  frontDoorWorld,
  pageIssuer,
  writeDoorMesh,
  type FrontDoorWorld,
} from "./front-door-world.ts";

/** Each kind of certificate once: pages, records, and what isthmus orders itself; the names by external-dns. */
const kinds = ["page", "record", "own"] as const;
const routes = kinds.map((kind) => ({
  name: `fault-${kind}`,
  gateway: `fault-${kind}`,
  hosts: [`fault-${kind}.example.test`],
  match: { exact: "/hello" },
  tls: { secretName: `fault-${kind}`, certificate: `fault-${kind}`, issuer: `fault-${kind}` },
  dns: { via: "externalDns" },
  weights: { v1: 50, v2: 50 },
}));

let world: FrontDoorWorld;
let file = "";

beforeAll(async () => {
  world = await frontDoorWorld();
  const into = freshFolder();
  const { acme } = world.frontDoor;
  copyFileSync(acme.caFile, path.join(into, "acme-ca.pem"));
  file = writeDoorMesh(world, into, {
    issuers: [
      pageIssuer(world, "fault-page"),
      dnsIssuer(world, "fault-record"),
      { name: "fault-own", isthmus: { server: acme.directory, caFile: "acme-ca.pem", profile: "default" } },
    ],
    routes,
  });
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
  await expectNothing();
});

async function check(): Promise<CheckReport> {
  return JSON.parse((await isthmus(["check", "-f", file, "-o", "json"])).out) as CheckReport;
}

async function expectNothing(): Promise<void> {
  await vi.waitFor(
    async () => expect((await check()).causes.map(({ code, detail }) => `${code} ${detail}`)).toEqual([]),
    {
      timeout: 180_000,
      interval: 1000,
    },
  );
}

/** The first cause, once it is this one. */
async function named(code: string, cluster: string): Promise<FoundCause> {
  return vi.waitFor(
    async () => {
      const [first] = (await check()).causes;
      expect([first?.code, first?.cluster]).toEqual([code, cluster]);
      return first as FoundCause;
    },
    { timeout: 180_000, interval: 1000 },
  );
}

async function put(cluster: string, object: object): Promise<void> {
  await doorKubectl(world, cluster, ["apply", "-f", "-"], JSON.stringify(object));
}

function denyAll(namespace: string): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny-all", namespace },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  };
}

/** Runs the command that a fix ends with, as it is printed. */
async function runAdmitting({ fix = "" }: FoundCause): Promise<void> {
  const command = fix.split("\n").at(-1)?.trim() ?? "";
  expect(command).toMatch(/^echo '.*' \| kubectl /);
  const env = {
    ...process.env,
    PATH: `${enginesPrograms()}:${process.env["PATH"] ?? ""}`,
    KUBECONFIG: sandboxKubeconfig(),
  };
  await new Promise<void>((resolve, reject) => {
    execFile("sh", ["-c", command], { env }, (error, _, err) => (error === null ? resolve() : reject(new Error(err))));
  });
}

async function clean(cluster: string, namespace: string): Promise<void> {
  for (const of of [namespace, "kube-system"]) {
    const { items } = JSON.parse(
      await doorKubectl(world, cluster, ["-n", of, "get", "networkpolicies", "-o", "json"]),
    ) as {
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    };
    const names = items.map(({ metadata }) => metadata.name).filter((name) => /^(?:deny-all|admit-.*)$/.test(name));
    if (names.length > 0) {
      await doorKubectl(world, cluster, ["-n", of, "delete", "networkpolicy", ...names]);
    }
  }
}

describe("a default-deny, and the policy that the fix has beside it", () => {
  it("closes cert-manager off, and lets it order again: by pages and by records", async () => {
    await put("east", denyAll("cert-manager"));
    try {
      const found = await named("ISM750", "east");
      expect(found.detail).toContain("NetworkPolicy cert-manager/deny-all isolates");
      const names = ["fault-page", "fault-record"];
      await doorKubectl(world, "east", ["-n", "istio-system", "delete", ...names.map((name) => `secret/${name}`)]);
      const again = await named("ISM750", "east");
      // That the Secrets are gone follows from it by the time that they are missed.
      expect(again.consequences.map(({ code }) => code)).toEqual(expect.arrayContaining(["ISM450"]));
      await runAdmitting(again);
      const certificates = names.map((name) => `certificate/${name}`);
      // A connection that was given up is tried again after a pause that grows.
      await doorKubectl(world, "east", ["-n", "cert-manager", "rollout", "restart", "deployment/cert-manager"]);
      await doorKubectl(world, "east", [
        "-n",
        "istio-system",
        "wait",
        "--for=condition=Ready",
        "--timeout=180s",
        ...certificates,
      ]);
      await expectNothing();
    } finally {
      await clean("east", "cert-manager");
    }
  });

  it("closes external-dns off, and lets it write again", async () => {
    await put("west", denyAll("external-dns"));
    await put("east", denyAll("external-dns"));
    try {
      const found = await named("ISM687", "west");
      expect(found.detail).toContain("NetworkPolicy external-dns/deny-all isolates");
      await runAdmitting(found);
      await named("ISM687", "east");
      const fresh = "fault-fresh.example.test";
      writeFileSync(file, withHost(fresh));
      const applied = await isthmus(["apply", "-f", file, "--yes"]);
      expect(`${applied.code} ${applied.err}`).toMatch(/^0/);
      // That of east is still shut in: what is written is west's.
      await vi.waitFor(async () => expect(await addressesOf(world, fresh)).toHaveLength(2), {
        timeout: 180_000,
        interval: 1000,
      });
      await runAdmitting(await named("ISM687", "east"));
      await expectNothing();
    } finally {
      await clean("west", "external-dns");
      await clean("east", "external-dns");
    }
  });
});

function withHost(host: string): string {
  const mesh = parse(readFileSync(file, "utf8")) as { readonly spec: { readonly services: { routes: object[] }[] } };
  mesh.spec.services[0]?.routes.push({
    name: "fault-fresh",
    gateway: "fault-fresh",
    hosts: [host],
    match: { exact: "/hello" },
    dns: { via: "externalDns" },
    weights: { v1: 50, v2: 50 },
  });
  return stringify(mesh);
}

it("names the Certificate that fills a Secret of isthmus, and who wrote it and the Secret; its fix gives the Secret back", async () => {
  await put("east", {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "by-hand", namespace: "istio-system" },
    spec: {
      secretName: "fault-own",
      dnsNames: ["fault-own.example.test"],
      issuerRef: { kind: "ClusterIssuer", name: "fault-record" },
    },
  });
  const found = await vi.waitFor(
    async () => {
      const one = await named("ISM686", "east");
      expect(one.detail).toContain("The Secret was written last by cert-manager-certificates-issuing at ");
      return one;
    },
    { timeout: 180_000, interval: 1000 },
  );
  expect(found.detail).toMatch(/Certificate istio-system\/by-hand of east, written last by kubectl\S* at \S+Z,/);
  await runFix(found);
  await expectNothing();
});
