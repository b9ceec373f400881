import { readFileSync } from "node:fs";
import path from "node:path";
import { instance, isthmus, sandboxKubeconfig, sandboxState } from "./world.ts";

/** The process of one component of a cluster's node, by the machine's number. */
export async function pidOf(component: string, cluster: string): Promise<number> {
  const { clusters } = await sandboxState();
  const node = clusters.find((one) => one.name === cluster);
  const pid = node?.components.find((one) => one.name === component)?.pid;
  if (pid === undefined || pid <= 1) {
    throw new Error(`${component} of ${cluster} has no process`);
  }
  return pid;
}

/** Kills a cluster's node with everything that runs on it. `reviveNodes` brings it back. */
export async function killNode(cluster: string): Promise<void> {
  const kubeconfig = sandboxKubeconfig();
  const file = path.join(path.dirname(kubeconfig), "clusters", cluster, "process.json");
  const { pid } = JSON.parse(readFileSync(file, "utf8")) as { readonly pid: number };
  process.kill(pid, "SIGKILL");
}

/** Starts what of the tests' sandbox does not run. */
export async function reviveNodes(): Promise<void> {
  const up = await isthmus(["sandbox", "up", "--instance", instance]);
  if (up.code !== 0) {
    throw new Error(`the tests' sandbox did not come back:\n${up.err}`);
  }
}
