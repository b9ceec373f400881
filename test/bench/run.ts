import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { KubeObject } from "../../src/core/model/kube-object.ts";
import { benchAgainst } from "./against.ts";
import { compareWithAnalyze } from "./analyze.ts";
import { benchBesideScripts } from "./beside-scripts.ts";
import type { Figure } from "./measure.ts";
import { median, showFigures, timed } from "./measure.ts";
import { benchEnforcer } from "./enforcer.ts";
import { benchFrontDoor } from "./front-door.ts";
import { benchBeside } from "./fleet/beside.ts";
import { benchFleet } from "./fleet/fleet.ts";
import { largestFrames } from "./fleet/profile.ts";
import { serveFleet } from "./fleet/server.ts";
import { benchPolicies } from "./policies.ts";
import { benchRender, renderOnly } from "./render.ts";
import { benchShift } from "./shift.ts";

/**
 * The figures of the product from one run, on a sandbox of its own (instance
 * `bench`). They are printed beside their goals; nothing here fails because a
 * machine is slow. `--engine` also builds the engine from nothing, which takes
 * minutes; `--render` measures rendering only, and `--fleet` (with sizes, default
 * `10,100`; `--beside CHECKOUT` for ratios, `--profile FOLDER` for where the time goes) many fake clusters only, and `--policies` who reaches whom by
 * NetworkPolicies: these bring no sandbox up.
 * `--against CHECKOUT` measures check and shift beside the program of another
 * checkout, in turn on the same clusters.
 * `--enforcer` measures what network policies in force cost, on a sandbox of one cluster.
 * `--front-door` measures a name over TLS, on a sandbox with a front door.
 * `--analyze` measures nothing: it compares check with istioctl analyze.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const program = path.join(root, "isthmus");
const instance = "bench";
const folder = mkdtempSync(path.join(tmpdir(), "isthmus-bench-"));
const env: NodeJS.ProcessEnv = {
  ...process.env,
  ISTHMUS_DATA_DIR: path.join(folder, "data"),
  KUBECONFIG: path.join(folder, "none"),
  NO_COLOR: "1",
};

// Node.js reads these at every start, of the machine and not of the product; what is downloaded may need them.
if (!["--engine", "--front-door"].some((part) => process.argv.includes(part))) {
  delete env["NODE_EXTRA_CA_CERTS"];
}

// Known from the shell proof of the same steps on two cores, not measured here.
const shellProof = { up: 18, apply: 38 };

async function main(): Promise<void> {
  if (process.argv.includes("--analyze")) {
    process.stdout.write(`${await compareWithAnalyze(root)}\n`);
    return;
  }
  const figures: Figure[] = [];
  const add = (figure: Figure): void => {
    figures.push(figure);
    process.stderr.write(`${figure.name}: ${figure.value.toFixed(2)} ${figure.unit}\n`);
  };
  const part = Object.keys(parts).find((option) => process.argv.includes(option));
  await (part === undefined ? benchAll(add) : parts[part]?.(add));
  process.stdout.write(`\n${showFigures(figures)}\n`);
}

type Add = (figure: Figure) => void;

/** What measures one thing only, by its option. */
const parts: Readonly<Record<string, (add: Add) => Promise<void>>> = {
  "--policies": async (add) => add(await benchPolicies()),
  "--fleet": benchFleets,
  "--enforcer": async (add) => {
    await timed(program, ["sandbox", "up", "--instance", instance, "--names", "west"], env);
    (await benchEnforcer({ program, env, instance })).forEach(add);
  },
  "--front-door": async (add) => {
    await timed(program, ["sandbox", "up", "--instance", instance, "--front-door"], env);
    const file = writeMesh();
    await timed(program, ["apply", "-f", file, "--yes"], env);
    (await benchFrontDoor({ program, file, env, instance })).forEach(add);
  },
  "--against": async (add) => {
    await timed(program, ["sandbox", "up", "--instance", instance], env);
    const file = writeMesh();
    await timed(program, ["apply", "-f", file, "--yes"], env);
    const other = path.resolve(process.argv[3] ?? ".", "isthmus");
    (await benchAgainst({ program, file, env, instance }, other)).forEach(add);
  },
};

async function benchAll(add: Add): Promise<void> {
  if (process.argv.includes("--engine")) {
    add({ name: "engine from nothing", value: await buildFromNothing(), unit: "s", goal: 900 });
  }
  add({
    name: "isthmus --help",
    value: await median(7, async () => (await timed(program, ["--help"], env)).seconds),
    unit: "s",
    goal: 0.15,
  });
  for (const figure of await benchRender({ manifests: await writeManifests() })) {
    add(figure);
  }
  add(await benchPolicies());
  if (process.argv.includes("--render")) {
    return;
  }
  await timed(program, ["sandbox", "down", "--instance", instance], env, [0, 1]);
  add({
    name: "engine from cache",
    value: (await timed(program, ["sandbox", "engine"], env)).seconds,
    unit: "s",
    goal: 2,
  });
  const up = await timed(program, ["sandbox", "up", "--instance", instance], env);
  add({
    name: "sandbox up, two clusters",
    value: up.seconds,
    unit: "s",
    goal: 15,
    beside: { name: "shell proof", value: shellProof.up },
  });
  const file = writeMesh();
  const apply = await timed(program, ["apply", "-f", file, "--yes"], env);
  add({
    name: "apply to empty clusters",
    value: apply.seconds,
    unit: "s",
    goal: 30,
    beside: { name: "shell proof", value: shellProof.apply },
  });
  for (const figure of await benchBesideScripts({ program, file, env, instance, folder })) {
    add(figure);
  }
  for (const figure of await benchShift({ program, file, env, instance })) {
    add(figure);
  }
  add({ name: "memory of two clusters with the mesh", value: memoryOfClusters(), unit: "MiB", goal: 3072 });
}

/** `--fleet [SIZES] [--beside CHECKOUT | --profile FOLDER]` */
async function benchFleets(add: (figure: Figure) => void): Promise<void> {
  const { positionals, values } = parseArgs({
    args: process.argv.slice(3),
    allowPositionals: true,
    options: { beside: { type: "string" }, profile: { type: "string" } },
  });
  const [sizes = "10,100"] = positionals;
  const bench = {
    program: path.join(root, "dist", "isthmus.js"),
    manifests: await writeManifests(),
    sizes: sizes.split(",").map(Number),
  };
  if (values.profile !== undefined) {
    const profiles = path.resolve(values.profile);
    await benchFleet({ ...bench, profiles }, () => undefined);
    process.stdout.write(`${largestFrames(profiles)}\n`);
  } else if (values.beside === undefined) {
    await benchFleet(bench, add);
  } else {
    await benchBeside(bench, path.resolve(values.beside), add);
  }
}

async function buildFromNothing(): Promise<number> {
  const cache = path.join(folder, "cache");
  const cold = {
    ...env,
    ISTHMUS_CACHE_DIR: cache,
    GOCACHE: path.join(cache, "go-build"),
    GOMODCACHE: path.join(cache, "go-mod"),
    GOFLAGS: "-modcacherw",
  };
  const { seconds } = await timed(program, ["sandbox", "engine"], cold);
  rmSync(cache, { recursive: true, force: true });
  return seconds;
}

function writeMesh(): string {
  const text = readFileSync(path.join(root, "examples", "sandbox.yaml"), "utf8").replaceAll(
    "context: isthmus-",
    `context: isthmus-${instance}-`,
  );
  execFileSync("cp", [path.join(root, "examples", "helloworld.yaml"), folder]);
  const file = path.join(folder, "mesh.yaml");
  execFileSync("tee", [file], { input: text, stdio: ["pipe", "ignore", "inherit"] });
  return file;
}

/** Istio's own objects of one cluster, as a JSON file. */
async function writeManifests(): Promise<string> {
  const { out } = await timed(program, ["render", "-f", writeMesh(), "--cluster", "west", "-o", "json"], env);
  const { clusters } = JSON.parse(out) as { readonly clusters: { readonly west: readonly KubeObject[] } };
  // Without what isthmus makes itself, which would be there twice.
  const made = ["Namespace", "Secret", "Gateway"];
  const own = clusters.west.filter(({ kind, metadata }) => !made.includes(kind) && metadata.namespace !== "sample");
  const file = path.join(folder, "istio.json");
  writeFileSync(file, JSON.stringify(own));
  return file;
}

/** Resident memory of every process in the sandbox's PID namespaces, shared pages counted once per process (an upper bound). */
function memoryOfClusters(): number {
  const own = new Set(readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && inSandbox(pid)));
  let kib = 0;
  for (const pid of own) {
    kib += Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  }
  if (kib === 0) {
    throw new Error("no process of the sandbox was found to measure");
  }
  return kib / 1024;
}

function inSandbox(pid: string): boolean {
  return readOrEmpty(`/proc/${pid}/cgroup`).includes(`isthmus-${instance}.`);
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const [, , mode, size = "", manifests = ""] = process.argv;
try {
  if (mode === "--render-only") {
    process.stdout.write(JSON.stringify(renderOnly(Number(size), manifests)));
  } else if (mode === "--fleet-server") {
    await serveFleet(Number(size));
  } else {
    await main();
  }
} finally {
  if (!process.argv.some((word) => /^--(render|fleet|policies)/.test(word))) {
    await timed(program, ["sandbox", "down", "--instance", instance], env, [0, 1]);
  }
  rmSync(folder, { recursive: true, force: true });
}
