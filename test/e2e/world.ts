import { execFile, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFailed, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";

/** The checkout that is tested. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The sandbox of the tests; never the one that a person has running. */
export const instance = "e2e";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Where the tests keep the mesh's root and their mesh files; made by setup.ts, removed at the end. */
export function folder(): string {
  return fromSetup("ISTHMUS_E2E_DIR");
}

function fromSetup(name: string): string {
  const found = process.env[name];
  if (found === undefined) {
    throw new Error(`the setup of the tests sets ${name}`);
  }
  return found;
}

/** A fresh folder for a test's own files, gone with the folder of all tests at the end. */
export function freshFolder(): string {
  return mkdtempSync(path.join(folder(), "files-"));
}

/** The environment of every command: a data folder of the tests' own, no kubeconfig of the caller. */
export function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ISTHMUS_DATA_DIR: path.join(folder(), "data"),
    KUBECONFIG: path.join(folder(), "no-kubeconfig"),
    NO_COLOR: "1",
  };
}

/** Runs the command line as a person would, from the checkout; output is kept, not shown. */
export async function isthmus(
  args: readonly string[],
  options: { readonly timeoutMs?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      path.join(root, "isthmus"),
      [...args],
      { env: options.env ?? environment(), timeout: options.timeoutMs ?? 280_000, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        tellWhenFailed(args, { code, out, err });
        resolve({ code, out, err });
      },
    );
  });
}

/** How much of an output is shown when a test fails. */
const shown = 3000;

/** What a command said, printed when the test that ran it fails: an assertion about an exit code tells nothing by itself. */
function tellWhenFailed(args: readonly string[], { code, out, err }: Ran): void {
  const tell = (): void => {
    const said = `${out.slice(-shown)}\n${err.slice(-shown)}`.trim();
    process.stderr.write(`\nisthmus ${args.join(" ")}\nended with ${code}\n${said}\n`);
  };
  try {
    onTestFailed(tell);
  } catch {
    // In a hook, where what fails is thrown with its output.
  }
}

/** A command that runs meanwhile. */
export interface Running {
  /** Resolves with all that was printed to standard output as soon as `wanted` is true of it; rejects when the command ends before, or after two minutes. */
  readonly until: (wanted: (out: string) => boolean) => Promise<string>;
  /** Resolves when the command has ended. */
  readonly ended: Promise<Ran>;
  /** Sends the signal, and resolves when the command has ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<Ran>;
}

/** Starts the command line; it is killed when the test ends before it. */
export function startIsthmus(args: readonly string[]): Running {
  // The bundled program itself, so that signals reach it and not a shell before it.
  const child = spawn(process.execPath, [path.join(root, "dist", "isthmus.js"), ...args], {
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  // One that hangs must not hold its Leases against the tests after this one.
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  const seen = new EventEmitter();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    seen.emit("output");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    seen.emit("output");
  });
  const ended = new Promise<Ran>((resolve) => {
    child.once("close", (code) => {
      resolve({ code: code ?? -1, out, err });
      seen.emit("output");
    });
  });
  return {
    ended,
    until: async (wanted) => {
      const late = AbortSignal.timeout(120_000);
      while (!wanted(out + err)) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`isthmus ${args.join(" ")} ended before that:\n${out}\n${err}`);
        }
        await once(seen, "output", { signal: late }).catch(() => {
          throw new Error(`isthmus ${args.join(" ")} has not said it within two minutes:\n${out}\n${err}`);
        });
      }
      return out;
    },
    end: async (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Starts the command line and kills it with `signal` after `afterMs`; resolves when it has ended. */
export async function isthmusKilled(args: readonly string[], signal: NodeJS.Signals, afterMs: number): Promise<Ran> {
  const running = startIsthmus(args);
  await sleep(afterMs);
  return running.end(signal);
}

/** The sandbox's state as `sandbox status -o json` gives it. */
export interface SandboxState {
  readonly kubeconfig: string;
  readonly clusters: readonly {
    readonly name: string;
    readonly context: string;
    readonly state: string;
    readonly components: readonly { readonly name: string; readonly pid?: number }[];
  }[];
}

export async function sandboxState(): Promise<SandboxState> {
  const ran = await isthmus(["sandbox", "status", "--instance", instance, "-o", "json"]);
  return JSON.parse(ran.out) as SandboxState;
}

/** The sandbox's kubeconfig; read once, by setup.ts. */
export function sandboxKubeconfig(): string {
  return fromSetup("ISTHMUS_E2E_KUBECONFIG");
}

/** The folder of the engine's own programs: kubectl, istioctl, helm; found once, by setup.ts. */
export function enginesPrograms(): string {
  return fromSetup("ISTHMUS_E2E_PROGRAMS");
}

/** The engine's own kubectl. */
export function enginesKubectl(): string {
  return path.join(enginesPrograms(), "kubectl");
}

/** Runs the engine's kubectl against one cluster of the tests' sandbox, with `input` as its standard input. */
export async function kubectl(cluster: string, args: readonly string[], input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      enginesKubectl(),
      ["--kubeconfig", sandboxKubeconfig(), "--context", contextOf(cluster), ...args],
      { timeout: 90_000, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : 1, out, err }),
    );
    child.stdin?.end(input);
  });
}

/** Sets the weights of the example's route in one cluster by hand: v1 gets `v1` percent, v2 the rest. */
export async function patchWeights(cluster: string, v1: number): Promise<Ran> {
  const patch = [v1, 100 - v1].map((value, index) => ({
    op: "replace",
    path: `/spec/http/0/route/${index}/weight`,
    value,
  }));
  const route = ["-n", "sample", "patch", "virtualservice", "helloworld"];
  return kubectl(cluster, [...route, "--type=json", "-p", JSON.stringify(patch)]);
}

/** `kind/name` of every object in a cluster, of every kind that can be listed; events left out. */
export async function allObjects(cluster: string): Promise<readonly string[]> {
  const kinds = await kubectl(cluster, ["api-resources", "--verbs=list", "-o", "name"]);
  const listed = kinds.out.split("\n").filter((kind) => kind !== "" && !kind.startsWith("events"));
  const objects = await kubectl(cluster, ["get", listed.join(","), "-A", "-o", "name", "--ignore-not-found"]);
  return objects.out.split("\n").filter((name) => name !== "");
}

/** Expects that both clusters have nothing of the mesh, and all that is not of it. */
export async function expectMeshGone(): Promise<void> {
  for (const cluster of ["west", "east"]) {
    const left = await allObjects(cluster);
    expect(left).toContain("namespace/kube-system");
    expect(left.filter((name) => /istio|isthmus|sample|helloworld/.test(name.replace("isthmus-e2e", "")))).toEqual([]);
  }
}

export function contextOf(cluster: string): string {
  return `isthmus-${instance}-${cluster}`;
}

/** Writes the example's service into `into` with the Deployment of one version only. */
export function writeHelloworldOf(version: string, into: string): void {
  const documents = readFileSync(path.join(root, "examples", "helloworld.yaml"), "utf8").split(/^---$/m);
  const kept = documents.filter((one) => !/version: v\d/.test(one) || one.includes(`version: ${version}`));
  writeFileSync(path.join(into, "helloworld.yaml"), kept.join("---"));
}

/** Writes examples/sandbox.yaml into `into` with the contexts of the tests' sandbox; `change` edits the text. */
export function writeMeshFile(into: string, change: (text: string) => string = (text) => text): string {
  mkdirSync(into, { recursive: true });
  copyFileSync(path.join(root, "examples", "helloworld.yaml"), path.join(into, "helloworld.yaml"));
  const text = readFileSync(path.join(root, "examples", "sandbox.yaml"), "utf8")
    .replace("context: isthmus-west", `context: ${contextOf("west")}`)
    .replace("context: isthmus-east", `context: ${contextOf("east")}`);
  const file = path.join(into, "mesh.yaml");
  writeFileSync(file, change(text));
  return file;
}

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
}

/** What makes a cluster's access wrong: changes its entry and its user's in a copy of the kubeconfig. */
export type Damage = (cluster: Record<string, string>, user: Record<string, string>) => void;

/** A mesh file like the shared one whose east is reached through a damaged copy of the kubeconfig. */
export function meshWith(damage: Damage): string {
  const into = freshFolder();
  const kubeconfig = parse(readFileSync(sandboxKubeconfig(), "utf8")) as Kubeconfig;
  const context = kubeconfig.contexts.find((one) => one.name === contextOf("east"));
  const cluster = kubeconfig.clusters.find((one) => one.name === context?.context.cluster);
  const user = kubeconfig.users.find((one) => one.name === context?.context.user);
  if (cluster === undefined || user === undefined) {
    throw new Error("the sandbox's kubeconfig has the context of east");
  }
  damage(cluster.cluster, user.user);
  writeFileSync(path.join(into, "kubeconfig"), stringify(kubeconfig));
  return writeMeshFile(into, (text) =>
    text.replace("network: east-net,", "network: east-net, kubeconfig: kubeconfig,"),
  );
}

/** East's API server at a port where nothing listens. */
export const deadServer: Damage = (cluster) => {
  cluster["server"] = cluster["server"]?.replace(/:\d+$/, ":6444") ?? "";
};

/** The mesh file that the tests share; its weights are put back by whoever changes them. */
export function meshFile(): string {
  return path.join(folder(), "mesh.yaml");
}
