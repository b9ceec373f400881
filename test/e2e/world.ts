import { execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFailed } from "vitest";
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
  const found = process.env["ISTHMUS_E2E_DIR"];
  if (found === undefined) {
    throw new Error("test/e2e/setup.ts sets ISTHMUS_E2E_DIR");
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

/** Starts the command line and kills it with `signal` after `afterMs`; resolves when it has ended. */
export async function isthmusKilled(args: readonly string[], signal: NodeJS.Signals, afterMs: number): Promise<Ran> {
  // The bundled program itself, so that the signal reaches it and not a shell before it.
  const child = spawn(process.execPath, [path.join(root, "dist", "isthmus.js"), ...args], {
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
  });
  const timer = setTimeout(() => child.kill(signal), afterMs);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, out, err });
    });
  });
}

/** The sandbox's state as `sandbox status -o json` gives it. */
export interface SandboxState {
  readonly kubeconfig: string;
  readonly clusters: readonly {
    readonly name: string;
    readonly context: string;
    readonly state: string;
    readonly apiServer: string;
    readonly loadBalancerRange: string;
  }[];
}

export async function sandboxState(): Promise<SandboxState> {
  const ran = await isthmus(["sandbox", "status", "--instance", instance, "-o", "json"]);
  return JSON.parse(ran.out) as SandboxState;
}

/** Runs the engine's kubectl against one cluster of the tests' sandbox. */
export async function kubectl(cluster: string, args: readonly string[], kubectlPath: string): Promise<Ran> {
  const state = await sandboxState();
  return new Promise((resolve) => {
    execFile(
      kubectlPath,
      ["--kubeconfig", state.kubeconfig, "--context", contextOf(cluster), ...args],
      { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : 1, out, err }),
    );
  });
}

/** The engine's own kubectl, which stands beside the istioctl that the kubeconfig names. */
export async function enginesKubectl(): Promise<string> {
  const { kubeconfig } = await sandboxState();
  const istioctl = /istioctl: (\S+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? "";
  return path.join(path.dirname(istioctl), "kubectl");
}

/** `kind/name` of every object in a cluster, of every kind that can be listed; events left out. */
export async function allObjects(cluster: string): Promise<readonly string[]> {
  const program = await enginesKubectl();
  const kinds = await kubectl(cluster, ["api-resources", "--verbs=list", "-o", "name"], program);
  const listed = kinds.out.split("\n").filter((kind) => kind !== "" && !kind.startsWith("events"));
  const objects = await kubectl(cluster, ["get", listed.join(","), "-A", "-o", "name", "--ignore-not-found"], program);
  return objects.out.split("\n").filter((name) => name !== "");
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
export async function meshWith(damage: Damage): Promise<string> {
  const into = freshFolder();
  const state = await sandboxState();
  const kubeconfig = parse(readFileSync(state.kubeconfig, "utf8")) as Kubeconfig;
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
