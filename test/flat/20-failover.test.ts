import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { Figures } from "../e2e/steady-load.ts";
import { failures, loadDuring } from "../e2e/steady-load.ts";
import { freshFolder, isthmus, root } from "../e2e/world.ts";
import { connectAgain, cutOff, flatInstance, kubectl } from "./flat-world.ts";

// Three clusters of a network each, which reach each other through gateways only.
const clusters = ["west", "east", "north"];
const east = ["topology.istio.io/cluster=east"];
const conditions = "connect-failure,refused-stream,unavailable,cancelled,503,reset,gateway-error";

/**
 * What takes over, seen by the ingress of west: `near` is asked in its own
 * cluster, `far` in east. `again` is `far` where every request may be repeated.
 */
const services: Readonly<Record<string, object>> = {
  near: {},
  far: { priority: east, retries: { perTryTimeout: "2s" } },
  again: { priority: east, retries: { perTryTimeout: "2s", retryOn: conditions } },
};
const names = Object.keys(services);
/** Of each service. */
const perSecond = 40;

let [file, address] = ["", ""];

function writeMesh(): string {
  const into = freshFolder();
  const [service = "", v1 = ""] = readFileSync(path.join(root, "examples", "helloworld.yaml"), "utf8").split(/^---$/m);
  for (const name of names) {
    const text = [service, v1].join("---").replaceAll(/(?<!examples-)helloworld/g, name);
    writeFileSync(path.join(into, `${name}.yaml`), text.replaceAll("cpu: 100m", "cpu: 10m"));
  }
  const mesh = path.join(into, "mesh.yaml");
  writeFileSync(
    mesh,
    stringify({
      apiVersion: "isthmus.dev/v1alpha1",
      kind: "Mesh",
      metadata: { name: "three" },
      spec: {
        clusters: clusters.map((name) => ({
          name,
          network: `${name}-net`,
          context: `isthmus-${flatInstance}-${name}`,
        })),
        istio: { install: "istioctl", profile: "demo" },
        services: names.map((name) => ({
          name,
          namespace: "sample",
          port: 5000,
          manifests: `${name}.yaml`,
          versions: { v1: { clusters } },
          routes: [
            { name, gateway: "front", hosts: [`${name}.example`], match: { exact: "/hello" }, weights: { v1: 100 } },
          ],
          failover: services[name],
        })),
      },
    }),
  );
  return mesh;
}

beforeAll(async () => {
  file = writeMesh();
  await heal();
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  address = await kubectl("west", [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"]);
});

afterAll(async () => {
  await isthmus(["remove", "-f", file, "--yes"]);
});

/** The mesh as its file asks, and an ingress in west whose proxies have ejected nobody. */
async function heal(): Promise<void> {
  const ran = await isthmus(["apply", "-f", file, "--yes"]);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0(?!.*error\[)/s);
  const rollout = ["-n", "istio-system", "rollout"];
  await kubectl("west", [...rollout, "restart", "deploy/istio-ingressgateway"]);
  await kubectl("west", [...rollout, "status", "deploy/istio-ingressgateway", "--timeout=60s"]);
  await sleep(2000);
}

/** At most: half a percent where nothing that is open to east may fail; `far` has requests open that nobody may repeat. */
const tolerated: Readonly<Record<string, number>> = { near: 0.005, far: 0.01, again: 0.005 };

describe.each([["east"], ["east", "north"]].map((gone) => ({ gone, said: gone.join(" and ") })))(
  "when packets to $said are dropped, of three clusters",
  ({ gone, said }) => {
    let found: Readonly<Record<string, Figures>> = {};

    beforeAll(async () => {
      try {
        const load = { address, hosts: names.map((one) => `${one}.example`), perSecond };
        found = await loadDuring(load, async () => Promise.all(gone.map(cutOff)), 30);
      } finally {
        await Promise.all(gone.map(connectAgain));
        await heal();
      }
      for (const [host, figures] of Object.entries(found)) {
        process.stderr.write(`${said}: ${host} ${JSON.stringify(figures)}\n`);
      }
    });

    it.each(names)("%s goes on in what is left, and nothing fails after ten seconds", (name) => {
      const figures = found[`${name}.example`];
      expect(figures?.sent).toBeGreaterThan(600);
      const few = figures !== undefined && failures(figures) <= figures.sent * (tolerated[name] ?? 0);
      expect({ figures, few, soon: (figures?.lastFailed ?? 0) < 10 }).toMatchObject({ few: true, soon: true });
    });
  },
);
