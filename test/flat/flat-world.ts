import { execFile } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { enginesKubectl, isthmus, root, sandboxKubeconfig } from "../e2e/world.ts";

/** The sandbox of these tests. */
export const flatInstance = "e2e-flat";

const run = promisify(execFile);

/** A cluster as `sandbox status -o json` gives it. */
export interface FlatCluster {
  readonly name: string;
  readonly nodeAddress: string;
  readonly podRange: string;
  readonly flat: boolean;
}

export async function flatClusters(): Promise<readonly FlatCluster[]> {
  const ran = await isthmus(["sandbox", "status", "--instance", flatInstance, "-o", "json"]);
  return (JSON.parse(ran.out) as { readonly clusters: readonly FlatCluster[] }).clusters;
}

/** Runs the engine's kubectl against one cluster; what it prints. */
export async function kubectl(cluster: string, args: readonly string[]): Promise<string> {
  const where = ["--kubeconfig", sandboxKubeconfig(), "--context", `isthmus-${flatInstance}-${cluster}`];
  const { stdout } = await run(enginesKubectl(), [...where, ...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** Has a cluster's node swallow what it sends to the pods of another one. */
export async function swallow(cluster: string, { podRange }: FlatCluster): Promise<void> {
  await route(cluster, ["replace", "blackhole", podRange]);
}

/** Ends `swallow`. */
export async function passAgain(cluster: string, { podRange, nodeAddress }: FlatCluster): Promise<void> {
  await route(cluster, ["replace", podRange, "via", nodeAddress, "dev", "eth0"]);
}

async function route(cluster: string, words: readonly string[]): Promise<void> {
  await run("ip", ["-netns", `isthmus-${flatInstance}.${cluster}`, "route", ...words]);
}

const cut = "isthmus_test_cut";

/** Drops every packet that comes to a cluster from outside its node, without a word to the sender, until `connectAgain`. */
export async function cutOff(cluster: string): Promise<void> {
  await nft(
    cluster,
    `add table inet ${cut}; add chain inet ${cut} incoming { type filter hook prerouting priority -300; }; add rule inet ${cut} incoming iifname "eth0" drop`,
  );
}

/** Ends `cutOff`. */
export async function connectAgain(cluster: string): Promise<void> {
  await nft(cluster, `delete table inet ${cut}`);
}

async function nft(cluster: string, rules: string): Promise<void> {
  await run("ip", ["netns", "exec", `isthmus-${flatInstance}.${cluster}`, "nft", rules]);
}

/** Writes the example's service for three clusters, of which west and east share a network, into `into`. Gives the file. */
export function writeFlatMesh(into: string): string {
  copyFileSync(path.join(root, "examples", "helloworld.yaml"), path.join(into, "helloworld.yaml"));
  const cluster = (name: string, network: string): object => ({
    name,
    network,
    context: `isthmus-${flatInstance}-${name}`,
    region: name,
  });
  const file = path.join(into, "mesh.yaml");
  writeFileSync(
    file,
    stringify({
      apiVersion: "isthmus.dev/v1alpha1",
      kind: "Mesh",
      metadata: { name: "flat" },
      spec: {
        clusters: [cluster("west", "shared"), cluster("east", "shared"), cluster("north", "north-net")],
        sharedNetworks: ["shared"],
        istio: { install: "istioctl", profile: "demo" },
        services: [
          {
            name: "helloworld",
            namespace: "sample",
            port: 5000,
            manifests: "helloworld.yaml",
            versions: { v1: { clusters: ["west"] }, v2: { clusters: ["east"] } },
            routes: [
              {
                name: "helloworld",
                gateway: "helloworld-gateway",
                hosts: ["*"],
                match: { exact: "/hello" },
                weights: { v1: 10, v2: 90 },
              },
            ],
          },
        ],
      },
    }),
  );
  return file;
}
