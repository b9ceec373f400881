import { readFileSync } from "node:fs";
import { get } from "node:http";
import path from "node:path";
import { expect, it, vi } from "vitest";
import { freshFolder, isthmus, startIsthmus } from "../e2e/world.ts";
import {
  addressesOf,
  doorKubectl,
  frontDoorWorld,
  ingressOf,
  pageIssuer,
  writeDoorMesh,
  type FrontDoorWorld,
} from "./front-door-world.ts";

const host = "page.example.test";

const route = {
  name: "hello-page",
  gateway: "hello-page-gateway",
  hosts: [host],
  match: { exact: "/hello" },
  tls: { secretName: "page-tls", certificate: "page", issuer: "by-page" },
  dns: { via: "externalDns" },
  weights: { v1: 50, v2: 50 },
};

/** Requests without TLS to the same host, which must not hide challenges, nor be hidden by them. */
const plain = {
  name: "hello-plain",
  gateway: "hello-plain-gateway",
  hosts: [host],
  match: { prefix: "/" },
  dns: { via: "externalDns" },
  weights: { v1: 50, v2: 50 },
};

interface Challenge {
  readonly metadata: { readonly namespace: string };
  readonly spec: { readonly token: string; readonly key: string; readonly dnsName: string };
}

async function challengeFor(world: FrontDoorWorld, cluster: string, name: string): Promise<Challenge> {
  return vi.waitFor(
    async () => {
      const text = await doorKubectl(world, cluster, ["get", "challenges", "-A", "-o", "json"]);
      const found = (JSON.parse(text) as { readonly items: readonly Challenge[] }).items.find(
        ({ spec }) => spec.dnsName === name,
      );
      expect(found).toBeDefined();
      return found as Challenge;
    },
    { timeout: 180_000, interval: 200 },
  );
}

async function ask(
  address: string,
  name: string,
  at: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: address, path: at, headers: { host: name }, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    }).on("error", reject);
  });
}

it("answers http01 challenges at every cluster, whichever of them has asked for the certificate", async () => {
  const world = await frontDoorWorld();
  const file = writeDoorMesh(world, freshFolder(), {
    // So long are the challenges there to be asked for.
    issuers: [pageIssuer(world, "by-page", { waitInsteadOfSelfCheck: "15s" })],
    routes: [route, plain],
  });
  const applying = startIsthmus(["apply", "-f", file, "--yes", "--prune"]);
  for (const cluster of ["west", "east"]) {
    const { spec } = await challengeFor(world, cluster, host);
    const at = `/.well-known/acme-challenge/${spec.token}`;
    for (const asked of ["west", "east"]) {
      const address = await ingressOf(world, asked);
      await vi.waitFor(async () => expect(await ask(address, host, at)).toEqual({ status: 200, text: spec.key }), {
        timeout: 180_000,
        interval: 300,
      });
    }
  }
  const applied = await applying.ended;
  expect(applied.err).not.toContain("error[");
  expect(applied.code).toBe(0);
  expect(await addressesOf(world, host)).toHaveLength(2);
  // The other requests of the host go where the mesh file says.
  expect((await ask(await ingressOf(world, "west"), host, "/hello")).text).toContain("Hello version:");
  expect((await ask(await ingressOf(world, "west"), host, "/.well-known/acme-challenge/unknown")).status).not.toBe(200);
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
});

it("cannot be left to cert-manager alone: by Istio's Ingress only the cluster that asks has the answer", async () => {
  const world = await frontDoorWorld();
  const { acme } = world.frontDoor;
  const name = "alone.example.test";
  const objects = [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "istio" },
      spec: { controller: "istio.io/ingress-controller" },
    },
    {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "alone" },
      spec: {
        acme: {
          server: acme.directory,
          email: "ops@example.test",
          profile: "default",
          caBundle: readFileSync(path.resolve(acme.caFile)).toString("base64"),
          privateKeySecretRef: { name: "alone" },
          solvers: [{ waitInsteadOfSelfCheck: "60s", http01: { ingress: { ingressClassName: "istio" } } }],
        },
      },
    },
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "alone", namespace: "istio-system" },
      spec: { secretName: "alone", dnsNames: [name], issuerRef: { kind: "ClusterIssuer", name: "alone" } },
    },
  ];
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  await doorKubectl(world, "west", ["apply", "-f", "-"], text);
  try {
    const { spec } = await challengeFor(world, "west", name);
    const at = `/.well-known/acme-challenge/${spec.token}`;
    const [west, east] = [await ingressOf(world, "west"), await ingressOf(world, "east")];
    await vi.waitFor(async () => expect(await ask(west, name, at)).toEqual({ status: 200, text: spec.key }), {
      timeout: 180_000,
      interval: 300,
    });
    expect((await ask(east, name, at)).status).toBe(404);
  } finally {
    await doorKubectl(world, "west", ["delete", "--wait=false", "-f", "-"], text);
  }
});
