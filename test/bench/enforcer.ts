import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { timed } from "./measure.ts";
import type { Figure } from "./measure.ts";

export interface EnforcerBench {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly instance: string;
}

interface State {
  readonly kubeconfig: string;
  readonly clusters: readonly { readonly context: string }[];
}

const namespace = "bench-policies";
const pods = 100;
const rounds = 100;
const longestMs = 30_000;

/**
 * What network policies in force cost, on a sandbox of one cluster that has just
 * come up: the enforcer's processor time until then beside that of the whole
 * node, and its memory. Then how long after the answer to a policy's write, and
 * to its deletion, new connections out of another pod are refused and come about
 * again, among 100 pods: the slowest but one of 100 each.
 */
export async function benchEnforcer({ program, env, instance }: EnforcerBench): Promise<readonly Figure[]> {
  // As src/sandbox/network/names.ts calls a node's control group.
  const all = processesWhere((pid) => groupOf(pid).includes(`isthmus-${instance}.west`));
  const enforcer = all.filter(
    (pid) => path.basename(readText(`/proc/${pid}/cmdline`).split("\0")[0] ?? "") === "kube-router",
  );
  const start = secondsOf(enforcer);
  const node = secondsOf(all);
  const { out } = await timed(program, ["sandbox", "status", "--instance", instance, "-o", "json"], env);
  const { kubeconfig, clusters } = JSON.parse(out) as State;
  const cluster = new Cluster(program, kubeconfig, clusters[0]?.context ?? "");
  await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(listOfPods()));
  await cluster.kubectl(["-n", namespace, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=300s"]);
  const server = await cluster.pod("server");
  const client = await cluster.pod("client");
  const watch = watchWay(client.uid, server.address);
  const closing: number[] = [];
  const opening: number[] = [];
  try {
    await watch.until(true, 0);
    for (let round = 0; round < rounds; round += 1) {
      await cluster.kubectl(["apply", "-f", "-"], JSON.stringify(denyServer));
      closing.push(await watch.until(false, Date.now()));
      await sleep(50);
      await cluster.kubectl(["-n", namespace, "delete", "networkpolicy", "deny"]);
      opening.push(await watch.until(true, Date.now()));
      await sleep(50);
    }
  } finally {
    watch.end();
    await cluster.kubectl(["delete", "namespace", namespace, "--wait=false"]);
  }
  return [
    { name: "a policy's write to its force, p99 at 100 pods", value: p99(closing), unit: "s", goal: 1 },
    { name: "a policy's deletion to open again, p99 at 100 pods", value: p99(opening), unit: "s", goal: 1 },
    {
      name: "the enforcer until a cluster is up, processor time",
      value: start,
      unit: "s",
      goal: node * 0.1,
      beside: { name: "the whole node", value: node },
    },
    { name: "memory of the enforcer at 100 pods", value: memoryOf(enforcer), unit: "MiB", goal: 100 },
  ];
}

const denyServer = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "deny", namespace },
  spec: { podSelector: { matchLabels: { app: "server" } }, policyTypes: ["Ingress"] },
};

function listOfPods(): object {
  const names = ["server", "client", ...Array.from({ length: pods - 2 }, (_, index) => `idle-${index}`)];
  const items = names.map((name) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        name === "server"
          ? { name: "one", image: "docker.io/istio/examples-helloworld:1.0" }
          : { name: "one", image: "registry.k8s.io/pause:3.10" },
      ],
    },
  }));
  const own = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  return { apiVersion: "v1", kind: "List", items: [own, ...items] };
}

/** One cluster by kubectl, a process each: what it takes to end after its answer is not measured. */
class Cluster {
  readonly #program: string;
  readonly #args: readonly string[];

  constructor(isthmus: string, kubeconfig: string, context: string) {
    const istioctl = /istioctl: (.*)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? isthmus;
    this.#program = path.join(path.dirname(istioctl), "kubectl");
    this.#args = ["--kubeconfig", kubeconfig, "--context", context];
  }

  async kubectl(args: readonly string[], input = ""): Promise<string> {
    const running = promisify(execFile)(this.#program, [...this.#args, ...args], { maxBuffer: 1 << 26 });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }

  async pod(name: string): Promise<{ readonly uid: string; readonly address: string }> {
    const out = await this.kubectl(["-n", namespace, "get", "pod", name, "-o", "json"]);
    const { metadata, status } = JSON.parse(out) as { metadata: { uid: string }; status: { podIP: string } };
    return { uid: metadata.uid, address: status.podIP };
  }
}

/** Tries one new connection after the other and says each change: true where they come about. */
const tryOn = `const net = require("node:net");
const [host, port] = process.argv.slice(1);
let last;
const say = (open) => { if (open !== last) { last = open; console.log(JSON.stringify({ open, at: Date.now() })); } };
const once = () => {
  const socket = net.connect({ host, port });
  const next = (open) => { socket.destroy(); say(open); setTimeout(once, 5); };
  socket.once("connect", () => next(true)).once("error", () => next(false)).setTimeout(1000, () => next(false));
};
once();`;

interface Way {
  /** Waits for a change to that, and gives the seconds between it and `since` (milliseconds since the epoch). */
  readonly until: (open: boolean, since: number) => Promise<number>;
  readonly end: () => void;
}

function watchWay(uid: string, host: string): Way {
  const pid = processesWhere((one) => groupOf(one).includes(uid) || groupOf(one).includes(uid.replaceAll("-", "_")))[0];
  const args = ["--target", String(pid), "--net", process.execPath, "-e", tryOn, host, "5000"];
  const child = spawn("nsenter", args, { stdio: ["ignore", "pipe", "inherit"] });
  const seen: { readonly open: boolean; readonly at: number }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => seen.push(JSON.parse(line) as (typeof seen)[number]));
  return {
    async until(open, since) {
      const deadline = Date.now() + longestMs;
      while (seen.at(-1)?.open !== open) {
        if (Date.now() > deadline) {
          throw new Error(`connections are not ${open ? "open" : "refused"} after ${longestMs / 1000} s`);
        }
        await sleep(2);
      }
      return Math.max(0, (seen.at(-1)?.at ?? since) - since) / 1000;
    },
    end: () => child.kill(),
  };
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;
}

function processesWhere(is: (pid: string) => boolean): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && is(name));
}

/** Processor seconds of processes and of those that they have waited for, in hundredths: the 14th to 17th field of proc(5)'s stat. */
function secondsOf(pids: readonly string[]): number {
  return sum(
    pids.map((pid) => {
      const fields = readText(`/proc/${pid}/stat`)
        .replace(/^.*\) /s, "")
        .split(" ");
      return sum(fields.slice(11, 15).map(Number)) / 100;
    }),
  );
}

function memoryOf(pids: readonly string[]): number {
  return sum(pids.map((pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0) / 1024));
}

function groupOf(pid: string): string {
  return readText(`/proc/${pid}/cgroup`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended since.
    return "";
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}
