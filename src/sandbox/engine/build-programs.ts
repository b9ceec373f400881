import type { EnginePins } from "./engine-pins.ts";
import { compilePrograms, fetchModules, moduleSourceDir, type GoOptions, type GoPrograms } from "./go-programs.ts";
import { istioHub } from "./istio-charts.ts";

export interface GoBuildOptions extends GoOptions {
  readonly pins: EnginePins;
}

/** One command per set of build tags, so that what the programs share is compiled once. */
const groups: readonly Omit<GoPrograms, "linkerFlags">[] = [
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

/**
 * Fetches every Go module of the engine into Go's own module cache, checked
 * against go.sum. At once where they are already there. A UserError (ISM712).
 */
export async function downloadModules(options: GoBuildOptions): Promise<void> {
  await fetchModules(options, "Kubernetes, etcd, Istio, Helm, CoreDNS and kube-router", 90);
}

/**
 * Compiles every Go program of the engine into `target`, named like its
 * folder. What Go's build cache has is not compiled again, so a build that was
 * killed goes on where it was. A UserError (ISM713).
 */
export async function buildPrograms(options: GoBuildOptions, target: string): Promise<void> {
  for (const group of groups) {
    await compilePrograms(options, { ...group, linkerFlags: linkerFlags(options.pins) }, target);
  }
}

/** The folder of Istio's sources in Go's module cache. A UserError (ISM712). */
export async function istioSourceDir(options: GoBuildOptions): Promise<string> {
  return await moduleSourceDir(options, "istio.io/istio", "Istio's");
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
