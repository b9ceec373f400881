import { mkdir, readdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import type { OnProgress } from "../../core/progress.ts";
import { createBuildProgress, isCompiledPackage, isFetchedModule, isModuleRequest } from "./build-progress.ts";
import { commandFailure } from "./engine-diagnostic.ts";
import type { EnginePins } from "./engine-pins.ts";
import { runCommand, type CommandOutput, type RunCommandOptions } from "../process/run-command.ts";
import { istioHub } from "./istio-charts.ts";
import { runStep } from "./run-step.ts";

export interface GoBuildOptions {
  /** The `go` to use. */
  readonly go: string;
  readonly pins: EnginePins;
  /** The folder of go.mod. */
  readonly sourceDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

interface BuildGroup {
  readonly packages: readonly string[];
  readonly tags: readonly string[];
  readonly task: string;
  /** Processor seconds from an empty build cache: measured on two cores, times two. */
  readonly processorSeconds: number;
}

/** One command per set of build tags, so that what the programs share is compiled once. */
const groups: readonly BuildGroup[] = [
  {
    packages: [
      "k8s.io/kubernetes/cmd/kube-apiserver",
      "k8s.io/kubernetes/cmd/kube-controller-manager",
      "k8s.io/kubernetes/cmd/kube-scheduler",
      "k8s.io/kubernetes/cmd/kube-proxy",
      "k8s.io/kubernetes/cmd/kubelet",
      "k8s.io/kubernetes/cmd/kubectl",
      "istio.io/istio/pilot/cmd/pilot-discovery",
      "istio.io/istio/istioctl/cmd/istioctl",
      "helm.sh/helm/v4/cmd/helm",
      "./coredns",
      "./etcd",
      "./kube-router",
      "./pause",
    ],
    tags: [],
    task: "compiling Kubernetes, etcd, Istio, Helm, CoreDNS and kube-router",
    processorSeconds: 965,
  },
  {
    // With these tags, which Istio's own build sets for it, pilot-agent is a quarter of the size; pilot-discovery does not compile with them.
    packages: ["istio.io/istio/pilot/cmd/pilot-agent"],
    tags: ["agent", "disable_pgv"],
    task: "compiling Istio's pilot-agent",
    processorSeconds: 40,
  },
];

const downloadTimeoutMs = 45 * 60_000;
const buildTimeoutMs = 3 * 60 * 60_000;
const noteEveryMs = 2_000;

/**
 * Fetches every Go module of the engine into Go's own module cache, checked
 * against go.sum. At once where they are already there. A UserError (ISM712).
 */
export async function downloadModules(options: GoBuildOptions): Promise<void> {
  const step = {
    subject: "Go modules",
    task: "downloading the sources of Kubernetes, etcd, Istio, Helm, CoreDNS and kube-router",
    expectedSeconds: 90,
  };
  await runStep(options.onProgress, step, async (note) => {
    let fetched = 0;
    const onLine = (line: string): void => {
      if (isFetchedModule(line)) {
        fetched += 1;
        if (fetched % 10 === 0) {
          note(`${fetched} modules fetched`);
        }
      }
    };
    try {
      await runGo(["mod", "download", "-x"], downloadTimeoutMs, options, {
        onLine,
        isProgress: isModuleRequest,
      });
    } catch (error) {
      throw commandFailure(
        "ISM712",
        "The sources of Kubernetes, etcd, Istio, Helm, CoreDNS and kube-router could not be fetched",
        "See what go said above. Then run the same command again: what has arrived is kept.",
        error,
      );
    }
  });
}

/**
 * Compiles every Go program of the engine into `target`, named like its
 * folder. What Go's build cache has is not compiled again, so a build that was
 * killed goes on where it was. A UserError (ISM713).
 */
export async function buildPrograms(options: GoBuildOptions, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  const cores = availableParallelism();
  for (const group of groups) {
    const expectedSeconds = Math.round(group.processorSeconds / cores);
    const step = { subject: "Go programs", task: group.task, expectedSeconds };
    await runStep(options.onProgress, step, async (note, elapsed) => {
      const before = new Set(await readdir(target));
      const tags = group.tags.length === 0 ? [] : ["-tags", group.tags.join(",")];
      const packages = await countPackages([...tags, ...group.packages], options);
      const progress = createBuildProgress({
        packages,
        programs: group.packages.length,
        expectedSeconds,
      });
      const noteProgress = async (): Promise<void> => {
        const written = (await readdir(target)).filter((name) => !before.has(name)).length;
        note(progress.describe(written, elapsed()));
      };
      const timer = setInterval(() => void noteProgress(), noteEveryMs);
      try {
        const args = [
          "build",
          "-v",
          "-trimpath",
          ...tags,
          "-ldflags",
          linkerFlags(options.pins),
          "-o",
          `${target}${path.sep}`,
          ...group.packages,
        ];
        await runGo(args, buildTimeoutMs, options, {
          onLine: progress.addLine,
          isProgress: isCompiledPackage,
        });
      } catch (error) {
        throw commandFailure(
          "ISM713",
          `The step "${group.task}" failed`,
          "See what the compiler said above. Run the same command again: what is compiled is kept.",
          error,
        );
      } finally {
        clearInterval(timer);
      }
    });
  }
}

/** The folder of Istio's sources in Go's module cache. A UserError (ISM712). */
export async function istioSourceDir(options: GoBuildOptions): Promise<string> {
  try {
    const { stdout } = await runGo(["list", "-m", "-f", "{{.Dir}}", "istio.io/istio"], 60_000, options);
    return stdout.trim();
  } catch (error) {
    throw commandFailure(
      "ISM712",
      "Istio's sources were not found in Go's module cache",
      "Run the same command again.",
      error,
    );
  }
}

/** What the programs say of their own version; without it they say that they were built from no version at all. */
export function linkerFlags(pins: EnginePins): string {
  const [major, minor] = pins.kubernetes.split(".");
  const values = {
    "k8s.io/component-base/version.gitVersion": `v${pins.kubernetes}`,
    "k8s.io/component-base/version.gitMajor": major,
    "k8s.io/component-base/version.gitMinor": minor,
    "istio.io/istio/pkg/version.buildVersion": pins.istio,
    "istio.io/istio/pkg/version.buildHub": istioHub,
    "istio.io/istio/pkg/version.buildTag": pins.istio,
    "helm.sh/helm/v4/internal/version.version": `v${pins.helm}`,
  };
  return ["-s", "-w", ...Object.entries(values).map(([name, value]) => `-X ${name}=${value}`)].join(" ");
}

async function countPackages(args: readonly string[], options: GoBuildOptions): Promise<number> {
  try {
    const { stdout } = await runGo(["list", "-deps", ...args], 300_000, options);
    return stdout.split("\n").length;
  } catch (error) {
    throw commandFailure(
      "ISM713",
      "The packages of the engine's programs could not be listed",
      "See what go said above.",
      error,
    );
  }
}

async function runGo(
  args: readonly string[],
  timeoutMs: number,
  options: GoBuildOptions,
  watch: Pick<RunCommandOptions, "onLine" | "isProgress"> = {},
): Promise<CommandOutput> {
  return await runCommand(options.go, args, {
    signal: options.signal,
    timeoutMs,
    cwd: options.sourceDir,
    // Static programs, exactly the pinned modules, exactly this toolchain; a workspace around the folder must not get in.
    env: {
      ...options.env,
      CGO_ENABLED: "0",
      GOFLAGS: "-mod=readonly",
      GOTOOLCHAIN: "local",
      GOWORK: "off",
    },
    ...watch,
  });
}
