import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import path from "node:path";
import { Agent, request } from "undici";
import type { Figure } from "./measure.ts";
import { middle, timed } from "./measure.ts";

export interface ShiftBench {
  readonly program: string;
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly instance: string;
}

interface State {
  readonly kubeconfig: string;
  readonly clusters: readonly { readonly name: string; readonly context: string }[];
}

const rounds = 5;

/**
 * From Enter to the first request that follows the new weights on both
 * clusters: weights go from all v1 to all v2 and back, so that the first
 * answer of the other version tells. Beside it a loop of `kubectl patch` over
 * the clusters, in the same run.
 */
export async function benchShift(bench: ShiftBench): Promise<readonly Figure[]> {
  const state = JSON.parse(
    await output(bench, ["sandbox", "status", "--instance", bench.instance, "-o", "json"]),
  ) as State;
  const urls = await ingressUrls(bench);
  const isthmus: number[] = [];
  const kubectl: number[] = [];
  await output(bench, ["shift", "helloworld", "v1=100", "v2=0", "-f", bench.file, "--yes", "--no-verify"]);
  for (let round = 0; round < rounds; round += 1) {
    isthmus.push(await untilObeyed(urls, "v2", async () => shift(bench, 0, 100)));
    isthmus.push(await untilObeyed(urls, "v1", async () => shift(bench, 100, 0)));
  }
  // Afterwards: a patch takes the field over, and isthmus refuses to take it back unasked.
  for (let round = 0; round < rounds; round += 1) {
    kubectl.push(await untilObeyed(urls, "v2", async () => patchLoop(state, 0, 100)));
    kubectl.push(await untilObeyed(urls, "v1", async () => patchLoop(state, 100, 0)));
  }
  return [
    {
      name: "shift, Enter to obeyed on both",
      value: middle(isthmus),
      unit: "s",
      goal: 1,
      beside: { name: "kubectl loop", value: middle(kubectl) },
    },
  ];
}

/** Where the demo's service is asked, at every cluster. */
export async function ingressUrls(bench: ShiftBench): Promise<readonly string[]> {
  const status = JSON.parse(await output(bench, ["status", "-f", bench.file, "-o", "json"])) as {
    readonly clusters: readonly { readonly ingress: readonly string[] }[];
  };
  return status.clusters.map((cluster) => `http://${cluster.ingress[0]}/hello`);
}

/** Seconds from `start` until every ingress has answered with `version`; at most ten seconds of requests. */
export async function untilObeyed(
  urls: readonly string[],
  version: string,
  start: () => Promise<void>,
): Promise<number> {
  const agent = new Agent({ connections: 2 });
  const begun = performance.now();
  const done = start();
  try {
    const seconds = await Promise.all(
      urls.map(async (url) => {
        while (performance.now() - begun < 10_000) {
          const answer = await request(url, { dispatcher: agent, headersTimeout: 2000 });
          if ((await answer.body.text()).includes(`version: ${version}`)) {
            return (performance.now() - begun) / 1000;
          }
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        throw new Error(`${url} did not answer with ${version} within ten seconds`);
      }),
    );
    return Math.max(...seconds);
  } finally {
    await done;
    await agent.close();
  }
}

/** Moves the demo's service to these weights, unproven. */
export async function shift(bench: ShiftBench, v1: number, v2: number): Promise<void> {
  await output(bench, ["shift", "helloworld", `v1=${v1}`, `v2=${v2}`, "-f", bench.file, "--yes", "--no-verify"]);
}

async function patchLoop(state: State, v1: number, v2: number): Promise<void> {
  const patch = JSON.stringify([
    { op: "replace", path: "/spec/http/0/route/0/weight", value: v1 },
    { op: "replace", path: "/spec/http/0/route/1/weight", value: v2 },
  ]);
  for (const cluster of state.clusters) {
    const args = [
      "--kubeconfig",
      state.kubeconfig,
      "--context",
      cluster.context,
      "-n",
      "sample",
      "patch",
      "virtualservice",
      "helloworld",
      "--type=json",
      "-p",
      patch,
    ];
    await new Promise<void>((resolve, reject) => {
      const child = spawn(kubectlPath(state), args, { stdio: "ignore" });
      child.on("error", reject);
      child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`kubectl ended with ${code}`))));
    });
  }
}

/** The engine's kubectl stands beside the istioctl that the sandbox's kubeconfig names. */
function kubectlPath(state: State): string {
  const istioctl = /istioctl: (\S+)/.exec(readFileSync(state.kubeconfig, "utf8"))?.[1];
  return istioctl === undefined ? "kubectl" : path.join(path.dirname(istioctl), "kubectl");
}

async function output(bench: ShiftBench, args: readonly string[]): Promise<string> {
  return (await timed(bench.program, args, bench.env)).out;
}
