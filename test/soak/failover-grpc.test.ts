import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { dropPackets, killNode, passPackets, reviveNodes } from "../e2e/node-processes.ts";
import { freshFolder, isthmus, kubectl, root, writeMeshFile } from "../e2e/world.ts";
import { grpcCall, grpcManifests, grpcPrefix } from "./grpc-calls.ts";

const [toEast, perTryTimeout] = [["topology.istio.io/cluster=east"], "2s"];

/**
 * As in the proof of HTTP: `near` is asked in the ingress' own cluster, `far`
 * in the other one, and so is `again`, whose calls may all be made twice.
 */
const services: Readonly<Record<string, object>> = {
  near: {},
  far: { priority: toEast, retries: { perTryTimeout } },
  again: {
    priority: toEast,
    retries: { perTryTimeout, retryOn: "connect-failure,refused-stream,unavailable,cancelled,reset,gateway-error,503" },
  },
};
const names = Object.keys(services);
/** Of each service. */
const perSecond = 67;

let [file, address] = ["", ""];

function writeMesh(): string {
  const into = freshFolder();
  const example = readFileSync(path.join(root, "examples", "helloworld.yaml"), "utf8");
  for (const name of names) {
    writeFileSync(path.join(into, `${name}.yaml`), grpcManifests(example, `${name}-grpc`));
  }
  return writeMeshFile(into, (text) => {
    const mesh = parse(text) as { spec: { services: object[] } };
    mesh.spec.services = names.map((name) => ({
      name: `${name}-grpc`,
      namespace: "sample",
      port: 5000,
      manifests: `${name}.yaml`,
      versions: { v1: { clusters: ["west", "east"] }, v2: { clusters: ["west", "east"] } },
      routes: [
        {
          name: `${name}-grpc`,
          gateway: "front",
          hosts: [`${name}.example`],
          match: { prefix: grpcPrefix },
          weights: { v1: 80, v2: 20 },
        },
      ],
      failover: services[name],
    }));
    return stringify(mesh);
  });
}

beforeAll(async () => {
  file = writeMesh();
  await heal();
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  address = (await kubectl("west", ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath]))
    .out;
}, 300_000);

/** The mesh as its file asks, and an ingress in west whose proxies have ejected nobody. */
async function heal(): Promise<void> {
  const ran = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0(?!.*error\[)/s);
  await istioSystem("west", "rollout", "restart", "deployment/istio-ingressgateway");
  await istioSystem("west", "rollout", "status", "deployment/istio-ingressgateway", "--timeout=60s");
  await sleep(2000);
}

async function istioSystem(cluster: string, ...args: readonly string[]): Promise<void> {
  const ran = await kubectl(cluster, ["-n", "istio-system", ...args]);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0/);
}

async function scale(cluster: string, namespace: string, deployment: string, replicas = 0): Promise<unknown> {
  return kubectl(cluster, ["-n", namespace, "scale", "deployment", deployment, `--replicas=${replicas}`]);
}

interface Calls {
  sent: number;
  readonly failed: Record<string, number>;
  /** When the last failed call was sent, in seconds after the fault. */
  lastFailed: number;
}

/** Calls each service so often, for two seconds before the fault and thirty after it. */
async function callDuring(fault: () => Promise<unknown>): Promise<Readonly<Record<string, Calls>>> {
  const sessions = new Map(names.map((name) => [name, connect(`http://${address}`)]));
  const tallies = Object.fromEntries(
    names.map((name): [string, Calls] => [name, { sent: 0, failed: {}, lastFailed: 0 }]),
  );
  const open = new Set<Promise<void>>();
  let faultAt = Number.POSITIVE_INFINITY;
  const timer = setInterval(() => {
    for (const [name, session] of sessions) {
      const at = performance.now();
      const called = grpcCall(session, `${name}.example`, "SayHello").then((ended) => {
        const tally = tallies[name];
        if (at >= faultAt && tally !== undefined) {
          tally.sent += 1;
          if (ended !== "0") {
            tally.failed[ended] = (tally.failed[ended] ?? 0) + 1;
            tally.lastFailed = Math.max(tally.lastFailed, (at - faultAt) / 1000);
          }
        }
        open.delete(called);
      });
      open.add(called);
    }
  }, 1000 / perSecond);
  try {
    await sleep(2000);
    faultAt = performance.now();
    await Promise.all([fault(), sleep(30_000)]);
  } finally {
    clearInterval(timer);
  }
  await Promise.all(open);
  sessions.forEach((session) => session.close());
  return tallies;
}

type Fault = readonly [name: string, happens: () => Promise<unknown>, ends: () => Promise<unknown>];

const faults: readonly Fault[] = [
  [
    "all pods of v1 in west are deleted",
    async () => Promise.all(names.map(async (name) => scale("west", "sample", `${name}-grpc-v1`))),
    async () => {},
  ],
  [
    "the east-west gateway of east is gone",
    async () => scale("east", "istio-system", "istio-eastwestgateway"),
    async () => scale("east", "istio-system", "istio-eastwestgateway", 1),
  ],
  [
    "istiod of east is gone",
    async () => scale("east", "istio-system", "istiod"),
    async () => scale("east", "istio-system", "istiod", 1),
  ],
  ["packets to east are dropped", async () => dropPackets("east"), async () => passPackets("east")],
  ["the node of east is killed", async () => killNode("east"), reviveNodes],
];

/** Calls that are on their way when a node is lost, and those of the first two seconds where it is only silent: whether they were made nobody knows, so that `far` does not repeat them. */
const isLost = (fault: string, name: string): boolean => name === "far" && /packets|killed/.test(fault);

/** Those whose name has one of the texts of ISTHMUS_SOAK_FAULTS, separated by |. */
const wanted = (process.env["ISTHMUS_SOAK_FAULTS"] ?? "").split("|");
const chosen = faults.filter(([name]) => wanted.some((text) => name.includes(text)));

describe.each(chosen)("when %s, under 200 calls of gRPC a second at the ingress of west", (fault, happens, ends) => {
  let found: Readonly<Record<string, Calls>> = {};

  beforeAll(async () => {
    try {
      found = await callDuring(happens);
    } finally {
      await ends();
      await heal();
    }
    process.stderr.write(`${fault}: ${JSON.stringify(found)}\n`);
  }, 300_000);

  it.each(names.filter((name) => !isLost(fault, name)))(
    "%s fails at most one call in a hundred, and none after ten seconds",
    (name) => {
      const calls = found[name];
      expect(calls?.sent).toBeGreaterThan(1000);
      const failed = Object.values(calls?.failed ?? {}).reduce((sum, one) => sum + one, 0);
      const few = failed <= (calls?.sent ?? 0) / 100;
      expect({ calls, few, soon: (calls?.lastFailed ?? 0) < 10 }).toMatchObject({ few: true, soon: true });
    },
  );
});
