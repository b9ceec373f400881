import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it, vi } from "vitest";
import { freshFolder, isthmus } from "../e2e/world.ts";
import {
  acmeRoot,
  addressesOf,
  curl,
  doorKubectl,
  frontDoorWorld,
  ingressOf,
  pageIssuer,
  writeDoorMesh,
  type FrontDoorWorld,
} from "./front-door-world.ts";

const clusters = ["west", "east"];
const hosts = { isthmus: "own.example.test", externalDns: "ext.example.test" };

const routes = (["isthmus", "externalDns"] as const).map((via) => ({
  name: `page-${via.toLowerCase()}`,
  gateway: `page-${via.toLowerCase()}`,
  hosts: [hosts[via]],
  match: { exact: "/hello" },
  tls: { secretName: `page-${via.toLowerCase()}`, certificate: `page-${via.toLowerCase()}`, issuer: "by-strict-page" },
  dns: { via },
  weights: { v1: 50, v2: 50 },
}));

/** Nothing in and nothing out of a namespace but what other policies admit; Istio's egress gateway is no part of the mesh. */
function denyAll(namespace: string): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny-all", namespace },
    spec: {
      podSelector: { matchExpressions: [{ key: "istio", operator: "NotIn", values: ["egressgateway"] }] },
      policyTypes: ["Ingress", "Egress"],
    },
  };
}

/** Where one is left over from before, an order of these names would not be needed. */
async function forget(world: FrontDoorWorld): Promise<void> {
  for (const cluster of clusters) {
    const secrets = routes.map(({ tls }) => `secret/${tls.secretName}`);
    await doorKubectl(world, cluster, ["-n", "istio-system", "delete", "--ignore-not-found", ...secrets]);
  }
}

afterAll(async () => {
  const world = await frontDoorWorld();
  for (const cluster of clusters) {
    await doorKubectl(world, cluster, [
      "-n",
      "istio-system",
      "delete",
      "networkpolicy",
      "deny-all",
      "--ignore-not-found",
    ]);
  }
});

it("proves names by pages with policies in force, those of isthmus' own records too, whichever of several pods is asked", async () => {
  const world = await frontDoorWorld();
  const into = freshFolder();
  const issuers = [pageIssuer(world, "by-strict-page")];
  const file = writeDoorMesh(world, into, { issuers, routes, hardening: { networkPolicies: true } });
  for (const cluster of clusters) {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } };
    await doorKubectl(world, cluster, ["apply", "-f", "-"], JSON.stringify(namespace));
    await doorKubectl(world, cluster, ["apply", "-f", "-"], JSON.stringify(denyAll("istio-system")));
  }
  await forget(world);
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune"]);
  expect(applied.err).not.toContain("error[");
  expect(applied.code).toBe(0);

  const wanted = (await Promise.all(clusters.map(async (cluster) => ingressOf(world, cluster)))).toSorted();
  const authority = path.join(into, "root.pem");
  writeFileSync(authority, await acmeRoot(world));
  for (const host of Object.values(hosts)) {
    // Each cluster proves the name by itself, and the ACME server asks either of them.
    await vi.waitFor(
      async () => {
        for (const address of wanted) {
          const to = ["--resolve", `${host}:443:${address}`];
          const { out, err } = await curl("--cacert", authority, ...to, `https://${host}/hello`);
          expect(`${err}${out}`).toContain("Hello version:");
        }
      },
      { timeout: 180_000, interval: 1000 },
    );
  }

  // external-dns looks every five seconds, and would write what one cluster's Gateways say.
  for (let look = 0; look < 4; look += 1) {
    for (const host of Object.values(hosts)) {
      expect(await addressesOf(world, host)).toEqual(wanted);
    }
    await sleep(3000);
  }
  const checked = await isthmus(["check", "-f", file]);
  expect(`${checked.code} ${checked.out}`).toMatch(/^0/);

  // A cluster's own address leads to any of its pods, and no longer to the one that is asked alone.
  for (const cluster of clusters) {
    const scale = ["scale", "deployment/istio-ingressgateway", "--replicas=3"];
    await doorKubectl(world, cluster, ["-n", "istio-system", ...scale]);
    const rollout = ["rollout", "status", "deployment/istio-ingressgateway", "--timeout=80s"];
    await doorKubectl(world, cluster, ["-n", "istio-system", ...rollout]);
  }
  await forget(world);
  // A Secret is written once its order is done; whether a Certificate was not ready in between may be over before it is asked.
  for (const cluster of clusters) {
    for (const { tls } of routes) {
      // One at a time: of several that are not there kubectl says at once that they are not.
      const secret = `secret/${tls.secretName}`;
      await doorKubectl(world, cluster, ["-n", "istio-system", "wait", "--for=create", "--timeout=100s", secret]);
    }
    const names = routes.map(({ tls }) => `certificate/${tls.certificate}`);
    await doorKubectl(world, cluster, [
      "-n",
      "istio-system",
      "wait",
      "--for=condition=Ready",
      "--timeout=80s",
      ...names,
    ]);
  }
  for (const cluster of clusters) {
    const scale = ["scale", "deployment/istio-ingressgateway", "--replicas=1"];
    await doorKubectl(world, cluster, ["-n", "istio-system", ...scale]);
  }
});
