import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { writePrivateFile } from "../cluster/private-file.ts";
import type { RancherCluster } from "./managed-cluster.ts";

/** What the Job of chart `rancher-istio` is told. */
export interface ChartRun {
  readonly cluster: RancherCluster;
  /** The engine's istioctl. */
  readonly istioctl: string;
  readonly action: "install" | "uninstall";
  /** Text of an IstioOperator, the chart's value `overlayFile`; "" for none. */
  readonly overlay: string;
  readonly signal: AbortSignal;
  /** Receives istioctl's own words, line by line. */
  readonly onLine: (line: string) => void;
}

/** As the chart's Job: long enough for every component, and then an end. */
const timeoutMs = 300_000;

/**
 * Does what the Job of chart `rancher-istio` does (CHARTS rancher-istio,
 * templates/install-istio-job.yaml): runs istioctl with the chart's own
 * IstioOperator, here just profile `default`, and the overlay over it; to
 * uninstall it purges. Gives what was wrong, or undefined.
 */
export async function runChart(run: ChartRun): Promise<string | undefined> {
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-chart-"));
  try {
    const kubeconfig = path.join(folder, "kubeconfig");
    await writePrivateFile(kubeconfig, renderKubeconfig(run.cluster));
    const files = [path.join(folder, "base.yaml"), path.join(folder, "overlay.yaml")];
    const base = { apiVersion: "install.istio.io/v1alpha1", kind: "IstioOperator", spec: { profile: "default" } };
    await Promise.all([
      writePrivateFile(files[0] ?? "", stringify(base)),
      writePrivateFile(files[1] ?? "", run.overlay),
    ]);
    const used = run.overlay === "" ? files.slice(0, 1) : files;
    const args =
      run.action === "install" ? ["install", ...used.flatMap((file) => ["-f", file])] : ["uninstall", "--purge"];
    return await runIstioctl(run, [...args, "-y", "--kubeconfig", kubeconfig], folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIstioctl(run: ChartRun, args: readonly string[], folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const signal = AbortSignal.any([run.signal, AbortSignal.timeout(timeoutMs)]);
    const child = spawn(run.istioctl, args, {
      signal,
      stdio: ["ignore", "pipe", "pipe"],
      env: { HOME: folder, PATH: "/usr/bin:/bin" },
    });
    let last = "";
    const hear = (data: Buffer): void => {
      for (const line of data
        .toString()
        .split(/[\r\n]+/)
        .filter((one) => one.trim() !== "")) {
        last = line.trim();
        run.onLine(last);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", (error) => resolve(signal.aborted ? `not done within ${timeoutMs / 1000} s` : error.message));
    child.on("close", (code) => resolve(code === 0 ? undefined : last));
  });
}

/** The cluster's administrator; the chart's Job has a service account that may do everything. */
function renderKubeconfig({ credentials }: RancherCluster): string {
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "cluster",
        cluster: { server: credentials.server, "certificate-authority-data": encode(credentials.authority) },
      },
    ],
    users: [
      {
        name: "user",
        user: {
          "client-certificate-data": encode(credentials.certificate),
          "client-key-data": encode(credentials.key.expose()),
        },
      },
    ],
    contexts: [{ name: "context", context: { cluster: "cluster", user: "user" } }],
    "current-context": "context",
  });
}
