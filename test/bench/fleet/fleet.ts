import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import type { KubeObject } from "../../../src/core/model/kube-object.ts";
import { renderIstioOperators } from "../../../src/core/render/istio-operator.ts";
import { parseMesh } from "../../../src/core/mesh-file/parse.ts";
import { renderInputs } from "../../../src/providers/istioctl/generate-manifests.ts";
import { keptManifests } from "../../../src/providers/kept-manifests.ts";
import type { Figure } from "../measure.ts";
import type { FleetAddress } from "./server.ts";

export interface FleetBench {
  readonly program: string;
  /** Istio's own objects of a cluster named `west` in network `west-net`, a JSON file. */
  readonly manifests: string;
  /** How many clusters, smallest first. */
  readonly sizes: readonly number[];
  /** A folder for V8's processor profiles of every command, one `.cpuprofile` each. Profiled commands take a little longer. */
  readonly profiles?: string;
}

/** What one command of the real program cost. */
interface Cost {
  readonly seconds: number;
  /** Seconds of a processor, which tell more than the clock where the machine has other work too. */
  readonly processorSeconds: number;
  /** The most memory that was resident, MiB. */
  readonly peakMiB: number;
  /** Until the first of it was on stdout. */
  readonly firstSeconds: number;
}

/** Beside Istio's objects and the remote secrets: objects of a service, so that a cluster has about 500. */
const fillers = 440;

/**
 * Plan, apply and check of whole fleets: the real program in a process of its
 * own, all API servers in another (20 ms for every answer, TLS). Every cluster
 * begins empty and gets Istio, one remote secret per other cluster and a
 * service of 440 objects. Istio's renderer runs once; its answers for the other
 * clusters are put into the program's cache with the names replaced.
 */
export async function benchFleet(bench: FleetBench, add: (figure: Figure) => void): Promise<void> {
  let before: { readonly size: number; readonly costs: Readonly<Record<string, Cost>> } | undefined;
  for (const size of bench.sizes) {
    const costs = await measureFleet(bench, size);
    for (const [name, cost] of Object.entries(costs)) {
      const smaller = before?.costs[name];
      const label = `${before?.size ?? 0} clusters`;
      const goal = name === "plan" && size === 100 ? { s: 20, MiB: 500 } : { s: size, MiB: 200 + size * 5 };
      const beside = (value: number | undefined) => (value === undefined ? {} : { beside: { name: label, value } });
      add({
        name: `${name}, ${size} clusters`,
        value: cost.seconds,
        unit: "s",
        goal: goal.s,
        ...beside(smaller?.seconds),
      });
      if (name.startsWith("plan with")) {
        add({ name: `first part of ${name}, ${size} clusters`, value: cost.firstSeconds, unit: "s", goal: goal.s });
      }
      add({
        name: `processor of ${name}, ${size} clusters`,
        value: cost.processorSeconds,
        unit: "s",
        goal: goal.s,
        ...beside(smaller?.processorSeconds),
      });
      add({
        name: `memory of ${name}, ${size} clusters`,
        value: cost.peakMiB,
        unit: "MiB",
        goal: goal.MiB,
        ...beside(smaller?.peakMiB),
      });
    }
    before = { size, costs };
  }
}

async function measureFleet(bench: FleetBench, size: number): Promise<Readonly<Record<string, Cost>>> {
  const folder = mkdtempSync(path.join(tmpdir(), "isthmus-fleet-"));
  const server = await startServer(size);
  const env = {
    ...process.env,
    ISTHMUS_DATA_DIR: path.join(folder, "data"),
    ISTHMUS_CACHE_DIR: path.join(folder, "cache"),
    NO_COLOR: "1",
  };
  try {
    const file = await writeFleet(folder, size, server.address, bench.manifests);
    const run = async (words: readonly string[], ways: Readonly<Record<number, string>> = {}, codes = [0]) =>
      measure(
        [
          ...profiling(bench.profiles, `${words[0]}-${size}`),
          bench.program,
          ...words,
          "-f",
          file,
          "--kubeconfig",
          writeKubeconfig(folder, size, server.address, ways),
        ],
        env,
        codes,
      );
    const [last] = [size - 1];
    const costs: Record<string, Cost> = {
      apply: await run(["apply", "--yes", "--timeout", "5m"]),
      plan: await run(["plan"]),
      check: await run(["check"], {}, [0, 3]),
    };
    if (size === oddSize(bench.sizes) && bench.profiles === undefined) {
      costs["plan with one slow"] = await run(["plan"], { [last]: "slow" });
      costs["plan with one that refuses"] = await run(["plan"], { [last]: "refused" }, [4, 69]);
      costs["plan with one that is silent"] = await run(["plan"], { [last]: "dead" }, [4, 69]);
    }
    return costs;
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One odd cluster in a hundred is what is asked of a plan; among more it says the same and takes minutes. */
function oddSize(sizes: readonly number[]): number | undefined {
  return sizes.findLast((size) => size <= 100) ?? sizes[0];
}

async function startServer(size: number): Promise<{ readonly address: FleetAddress; readonly kill: () => void }> {
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, ["--max-old-space-size=12000", program, "--fleet-server", String(size)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the fleet ended with ${code}`)));
    child.stdout.setEncoding("utf8").once("data", (chunk: string) => resolve(chunk));
  });
  return { address: JSON.parse(line) as FleetAddress, kill: () => child.kill() };
}

function nameOf(index: number): string {
  return `cluster-${index}`;
}

/** The mesh file with all that it needs; its path. */
async function writeFleet(folder: string, size: number, address: FleetAddress, manifests: string): Promise<string> {
  const names = Array.from({ length: size }, (_, index) => nameOf(index));
  const text = JSON.stringify({
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Mesh",
    metadata: { name: "sandbox" },
    spec: {
      istio: { install: "istioctl" },
      // The endpoint stays the same when the way to a cluster gets slow.
      clusters: names.map((name) => ({
        name,
        context: name,
        network: `${name}-net`,
        endpoint: `${address.url}/c/${name}`,
      })),
      services: [{ name: "filler", namespace: "sample", port: 80, manifests: "filler.json" }],
    },
  });
  const file = path.join(folder, "mesh.yaml");
  writeFileSync(file, text);
  writeFileSync(path.join(folder, "filler.json"), writeFillers());
  const { mesh, diagnostics } = parseMesh(text, file);
  if (mesh === undefined) {
    throw new Error(JSON.stringify(diagnostics));
  }
  const west = readFileSync(manifests, "utf8");
  for (const cluster of mesh.clusters) {
    const objects = JSON.parse(west.replaceAll(/\bwest\b/g, cluster.name)) as KubeObject[];
    const { controlPlane, eastWest } = renderIstioOperators(mesh, cluster, { values: {} });
    const kept = async (operator: KubeObject, rendered: readonly KubeObject[]) =>
      keptManifests(path.join(folder, "cache"), renderInputs(operator, mesh.istio.version), async () => rendered);
    await kept(controlPlane, objects);
    if (eastWest !== undefined) {
      await kept(eastWest, []);
    }
  }
  return file;
}

function writeFillers(): string {
  const items = Array.from({ length: fillers }, (_, index) => ({
    apiVersion: "v1",
    kind: index % 2 === 0 ? "ConfigMap" : "ServiceAccount",
    metadata: { name: `filler-${index}`, labels: { app: "filler" } },
    ...(index % 2 === 0 ? { data: { text: "configuration ".repeat(60) } } : {}),
  }));
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

function writeKubeconfig(
  folder: string,
  size: number,
  { url, ca }: FleetAddress,
  ways: Readonly<Record<number, string>>,
): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "kubeconfig");
  const names = Array.from({ length: size }, (_, index) => nameOf(index));
  const serverOf = (name: string, index: number): string =>
    // Nothing listens on port 1.
    ways[index] === "refused" ? "https://127.0.0.1:1" : `${url}/${ways[index] ?? "c"}/${name}`;
  const data = Buffer.from(ca).toString("base64");
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: names.map((name, index) => ({
        name,
        cluster: { server: serverOf(name, index), "certificate-authority-data": data },
      })),
      users: [{ name: "bench", user: { token: "bench" } }],
      contexts: names.map((name) => ({ name, context: { cluster: name, user: "bench" } })),
    }),
    { mode: 0o600 },
  );
  return file;
}

const lookEveryMs = 50;

function profiling(folder: string | undefined, name: string): readonly string[] {
  return folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
}

/** Runs Node.js with the program to its end. Its memory is the kernel's own high-water mark (VmHWM). */
async function measure(args: readonly string[], env: NodeJS.ProcessEnv, codes: readonly number[]): Promise<Cost> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let peakKiB = 0;
  let processorSeconds = 0;
  const look = setInterval(() => {
    peakKiB = Math.max(peakKiB, highWaterOf(child.pid));
    processorSeconds = Math.max(processorSeconds, processorOf(child.pid));
  }, lookEveryMs);
  let firstSeconds: number | undefined;
  child.stdout.once("data", () => {
    firstSeconds = (performance.now() - started) / 1000;
  });
  let tail = "";
  const keep = (chunk: string): void => {
    tail = (tail + chunk).slice(-4000);
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (!codes.includes(code ?? -1)) {
      throw new Error(`node ${args.join(" ")} ended with ${code}\n${tail}`);
    }
  } finally {
    clearInterval(look);
  }
  const seconds = (performance.now() - started) / 1000;
  const cost = { seconds, processorSeconds, peakMiB: peakKiB / 1024, firstSeconds: firstSeconds ?? seconds };
  process.stderr.write(`${args.join(" ").replace(/ -f .*/, "")}: ${JSON.stringify(cost)}\n`);
  return cost;
}

function highWaterOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    // Ended between two looks.
    return 0;
  }
}

/** `utime` and `stime` (proc(5)), in clock ticks, of which Linux shows a hundred in a second. */
function processorOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    // Ended between two looks.
    return 0;
  }
}
