import type { Server } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { RancherNodeConfig } from "../cluster/node-config.ts";
import { readNodeConfig } from "../cluster/node-config.ts";
import { makePrivateFolder } from "../cluster/private-file.ts";
import { applyDownstreamKinds, applyLocalKinds } from "./custom-resources.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import { openCluster } from "./managed-cluster.ts";
import { applyManagementCluster } from "./management-cluster.ts";
import type { Rancher } from "./rancher.ts";
import { rancherFolder, rancherUrl } from "./rancher-folder.ts";
import { clusterId, localClusterId, shortHash } from "./rancher-names.ts";
import { runControllers } from "./run-controllers.ts";
import { createRancherServer } from "./serve.ts";
import { ensureServerIdentity } from "./server-identity.ts";
import { applySettings } from "./settings.ts";
import { applyStandardProjects } from "./sync-projects.ts";
import { ensureAdminToken, openTokenStore } from "./token-store.ts";
import { watchClusterHealth } from "./watch-cluster-health.ts";

const retryMs = 1000;

/**
 * The Rancher double: serves Rancher's API on the address of its node and runs
 * its controllers until the signal fires. It listens when its own cluster has
 * Rancher's kinds and knows the sandbox's clusters; a cluster that is away is
 * met when it comes. `dir` is the folder of Rancher's own cluster.
 *
 * Throws when it cannot begin; its supervisor then starts it again.
 */
export async function runRancher(
  dir: string,
  { signal, onLog }: { readonly signal: AbortSignal; readonly onLog: (line: string) => void },
): Promise<void> {
  const config = await readNodeConfig(dir);
  if (config.role !== "rancher") {
    throw new Error(`${dir} is not the folder of Rancher's own cluster`);
  }
  const rancher = await openRancher(dir, config, onLog);
  try {
    await prepareLocal(rancher, signal);
    const server = createRancherServer(rancher, signal);
    await listen(server, config.nodeAddress);
    onLog(`listens on ${rancher.url}`);
    await Promise.all([
      ...[...rancher.clusters.values()].flatMap((cluster) => [
        watchClusterHealth(rancher, cluster, signal),
        runControllers(rancher, cluster, signal),
        ...(cluster === rancher.local ? [] : [prepareCluster(rancher, cluster, signal)]),
      ]),
      untilAborted(signal),
    ]);
    server.closeAllConnections();
    server.close();
  } finally {
    await Promise.all([...rancher.clusters.values()].map(async (one) => one.close()));
  }
}

async function openRancher(dir: string, config: RancherNodeConfig, onLog: (line: string) => void): Promise<Rancher> {
  const folder = rancherFolder(config.sandbox);
  await makePrivateFolder(folder.dir);
  const now = (): Date => new Date();
  const { instance } = config;
  const userId = `user-${shortHash(instance)}`;
  const identity = await ensureServerIdentity(folder, { instance, address: config.nodeAddress }, now());
  const tokens = await openTokenStore(folder, now);
  await ensureAdminToken(folder, tokens, userId, now());
  const local = await openCluster({ id: localClusterId, name: localClusterId, nodeAddress: config.nodeAddress, dir });
  const others = await Promise.all(
    config.clusters.map(async (cluster) => openCluster({ ...cluster, id: clusterId(instance, cluster.name) })),
  );
  return {
    instance,
    url: rancherUrl(config.nodeAddress),
    userId,
    engine: config.engine,
    identity,
    tokens,
    clusters: new Map([local, ...others].map((one) => [one.id, one])),
    local,
    unavailable: new Set(),
    now,
    log: (line) => onLog(`${now().toISOString()} ${line}`),
  };
}

async function prepareLocal(rancher: Rancher, signal: AbortSignal): Promise<void> {
  await applyLocalKinds(rancher.local.client, { signal });
  await applySettings(rancher, { signal });
  for (const cluster of rancher.clusters.values()) {
    await applyManagementCluster(rancher, cluster, { signal });
    await applyStandardProjects(rancher, cluster, { signal });
  }
}

/** What the agent brings to a cluster that joins; again and again until the cluster is there. */
async function prepareCluster(rancher: Rancher, cluster: RancherCluster, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await applyDownstreamKinds(cluster.client, { signal });
      return;
    } catch (error) {
      if (!signal.aborted) {
        rancher.log(`cluster ${cluster.id} has not Rancher's kinds yet: ${(error as Error).message}`);
      }
      await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function listen(server: Server, address: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(443, address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
