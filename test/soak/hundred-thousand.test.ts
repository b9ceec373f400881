import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import type { ClientHttp2Session } from "node:http2";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { freshFolder, isthmus, kubectl, meshFile, root, writeMeshFile } from "../e2e/world.ts";
import { grpcCall, grpcManifests, grpcPrefix, Sessions, unlessRefused } from "./grpc-calls.ts";

const wanted = 100_000;
const folder = freshFolder();

interface Change {
  /** An annotation of the ingress gateways' pods: another one starts them anew. */
  readonly mark: string;
  readonly hosts: readonly string[];
}

/** A service of HTTP and one of gRPC, each in two versions with two pods in both clusters, at one Gateway. */
function writeMesh({ mark, hosts }: Change): string {
  const example = readFileSync(path.join(root, "examples", "helloworld.yaml"), "utf8");
  const file = writeMeshFile(folder, (text) => {
    const mesh = parse(text) as { spec: { services: object[]; istio: { values?: object } } };
    const versions = { v1: { clusters: ["west", "east"] }, v2: { clusters: ["west", "east"] } };
    const service = (name: string, match: object, at: readonly string[]): object => ({
      name,
      namespace: "sample",
      port: 5000,
      manifests: `${name}.yaml`,
      versions,
      routes: [{ name, gateway: "front", hosts: at, match, weights: { v1: 80, v2: 20 } }],
    });
    mesh.spec.istio.values = { gateways: { "istio-ingressgateway": { podAnnotations: { "example.com/mark": mark } } } };
    mesh.spec.services = [
      service("helloworld", { exact: "/hello" }, hosts),
      service("greeter", { prefix: grpcPrefix }, ["greeter.example"]),
    ];
    return stringify(mesh);
  });
  const twice = example.replaceAll("replicas: 1", "replicas: 2").replaceAll("cpu: 100m", "cpu: 10m");
  writeFileSync(path.join(folder, "helloworld.yaml"), twice);
  writeFileSync(path.join(folder, "greeter.yaml"), grpcManifests(example, "greeter"));
  return file;
}

let shop: Change = { mark: "first", hosts: ["shop.example"] };
let file = "";

beforeAll(async () => {
  file = writeMesh(shop);
  await run("apply", "--prune", "--force-conflicts");
}, 600_000);

afterAll(async () => {
  await isthmus(["undrain", "east", "-f", file, "--yes", "--force"]);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
}, 600_000);

async function run(...[verb = "", ...args]: readonly string[]): Promise<void> {
  const ran = await isthmus([verb, ...args, "-f", file, "--yes"]);
  expect(`${[verb, ...args].join(" ")}: ${ran.code} ${ran.code === 0 ? "" : ran.err}`).toMatch(/: 0 $/);
}

interface Kind {
  readonly name: string;
  readonly perSecond: number;
  /** Empty where it was answered as it should be. */
  readonly ask: () => Promise<string>;
}

interface Tally {
  sent: number;
  answered: number;
  readonly failed: Record<string, number>;
}

/** What is sent to one ingress, and how it ends its connections afterwards. */
function kindsAt(cluster: string, address: string): { readonly kinds: readonly Kind[]; readonly end: () => void } {
  const agent = new Agent({ keepAlive: true });
  const [web, calls] = [new Sessions(address), new Sessions(address)];
  const call = async (method: "SayHello" | "Stream"): Promise<string> => {
    const ended = await unlessRefused(async () => grpcCall(calls.current, "greeter.example", method));
    return ended === "0" ? "" : ended;
  };
  return {
    kinds: [
      { name: `${cluster} HTTP/1.1`, perSecond: 80, ask: async () => askKept(agent, address) },
      { name: `${cluster} HTTP/2`, perSecond: 40, ask: async () => unlessRefused(async () => askStream(web.current)) },
      { name: `${cluster} gRPC`, perSecond: 40, ask: async () => call("SayHello") },
      { name: `${cluster} gRPC streams`, perSecond: 1, ask: async () => call("Stream") },
    ],
    end: () => {
      agent.destroy();
      web.close();
      calls.close();
    },
  };
}

const isGreeting = (status: unknown, body: string): boolean => status === 200 && /version: v\d/.test(body);

async function askKept(agent: Agent, host: string): Promise<string> {
  return new Promise((resolve) => {
    const sent = request({ host, path: "/hello", headers: { host: "shop.example" }, agent }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.once("error", () => resolve("cut"));
      answer.once("end", () => resolve(isGreeting(answer.statusCode, body) ? "" : String(answer.statusCode)));
    });
    sent.setTimeout(15_000, () => sent.destroy(new Error("no answer")));
    sent.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end();
  });
}

async function askStream(session: ClientHttp2Session): Promise<string> {
  return new Promise((resolve) => {
    const stream = session.request({ ":path": "/hello", ":authority": "shop.example" });
    let [status, body]: [unknown, string] = [undefined, ""];
    stream.on("response", (headers) => (status = headers[":status"]));
    stream.setEncoding("utf8").on("data", (text: string) => (body += text));
    stream.setTimeout(15_000, () => stream.close(8));
    stream.once("error", () => {});
    stream.once("close", () =>
      resolve(stream.rstCode !== 0 ? `reset ${stream.rstCode}` : isGreeting(status, body) ? "" : String(status)),
    );
    stream.end();
  });
}

/** Of one kind; on a machine that is slower than the rates ask for, fewer are sent. */
const openAtMost = 30;

/** Sends all kinds until `work` has ended, and waits for every answer. */
async function loadDuring(
  kinds: readonly Kind[],
  tallies: Map<string, Tally>,
  work: () => Promise<void>,
): Promise<void> {
  const open = new Set<Promise<void>>();
  const timers = kinds.map(({ name, perSecond, ask }) =>
    setInterval(() => {
      const tally = tallies.get(name) ?? { sent: 0, answered: 0, failed: {} };
      tallies.set(name, tally);
      const ended = Object.values(tally.failed).reduce((all, one) => all + one, tally.answered);
      if (tally.sent - ended >= openAtMost) {
        return;
      }
      tally.sent += 1;
      const asked = ask().then((failure) => {
        if (failure === "") {
          tally.answered += 1;
        } else {
          tally.failed[failure] = (tally.failed[failure] ?? 0) + 1;
        }
        open.delete(asked);
      });
      open.add(asked);
    }, 1000 / perSecond),
  );
  try {
    await work();
  } finally {
    timers.forEach((timer) => clearInterval(timer));
  }
  await Promise.all(open);
}

const sum = (tallies: Map<string, Tally>): number => [...tallies.values()].reduce((all, { sent }) => all + sent, 0);

/** What changes the mesh, by what is seen of it in the tallies. */
const steps: readonly (readonly [what: string, () => Promise<void>])[] = [
  ["shift to v2", async () => run("shift", "helloworld", "v1=10", "v2=90")],
  ["shift of the calls", async () => run("shift", "greeter", "v1=10", "v2=90")],
  ["drain", async () => run("drain", "east")],
  ["undrain", async () => run("undrain", "east")],
  ["shift back", async () => run("shift", "helloworld", "v1=80", "v2=20")],
  ["shift of the calls back", async () => run("shift", "greeter", "v1=80", "v2=20")],
  ["apply of another host", async () => applyChanged({ ...shop, hosts: ["shop.example", "store.example"] })],
  ["gateways started anew", startAnew],
  ["apply of what was", async () => applyChanged(shop)],
];

/** Each cluster is drained before, as the plan advises (ISM793). */
async function startAnew(): Promise<void> {
  shop = { ...shop, mark: `at ${Date.now()}` };
  writeMesh(shop);
  for (const cluster of ["west", "east"]) {
    await run("drain", cluster);
    await run("apply", "--cluster", cluster);
    await run("undrain", cluster);
  }
}

async function applyChanged(change: Change): Promise<void> {
  writeMesh(change);
  await run("apply");
}

it(
  "loses none of a hundred thousand requests, by four protocols, while the mesh is changed again and again",
  { timeout: 2_400_000 },
  async () => {
    const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
    const ingress = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath];
    const ways = await Promise.all(
      ["west", "east"].map(async (cluster) => kindsAt(cluster, (await kubectl(cluster, ingress)).out)),
    );
    const kinds = ways.flatMap((one) => one.kinds);
    const lost: Record<string, unknown> = {};
    let all = 0;
    const begun = performance.now();
    for (let round = 1; all < wanted; round += 1) {
      for (const [what, change] of steps) {
        const tallies = new Map<string, Tally>();
        await loadDuring(kinds, tallies, async () => {
          await change();
          await sleep(3000);
        });
        all += sum(tallies);
        const failed = [...tallies].filter(([, { sent, answered }]) => sent !== answered);
        if (failed.length > 0) {
          lost[`${what}, round ${round}`] = Object.fromEntries(failed);
        }
      }
    }
    ways.forEach(({ end }) => end());
    process.stderr.write(`${all} requests in ${Math.round((performance.now() - begun) / 1000)} s\n`);
    expect(all).toBeGreaterThanOrEqual(wanted);
    expect(lost).toEqual({});
  },
);
