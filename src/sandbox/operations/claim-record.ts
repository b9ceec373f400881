import { isDeepStrictEqual } from "node:util";
import type { OnProgress } from "../../core/progress.ts";
import { claimSandbox, type ClaimOptions } from "./claim-sandbox.ts";
import { provideInotify } from "./inotify.ts";
import type { InstanceRecord, SandboxCluster } from "./instance-record.ts";
import { planFrontDoor, planRancher, writeRecord } from "./instance-record.ts";
import { refuseOtherClusters } from "./refuse-other-clusters.ts";

/** What of `up`'s options decides what a sandbox is. */
export interface ClaimRecordOptions extends ClaimOptions {
  readonly clusters?: readonly SandboxCluster[];
  readonly rancher: boolean;
  readonly frontDoor: boolean;
  readonly istioCni: boolean;
  readonly onProgress: OnProgress;
}

const defaultClusters: readonly SandboxCluster[] = ["west", "east"].map((name) => ({
  name,
  region: name,
  zone: `${name}-a`,
}));

/** The record of the sandbox that is there, or of a new one that this machine can run; with a Rancher double where one is asked for. */
export async function claimRecord(
  existing: InstanceRecord | undefined,
  folder: string,
  options: ClaimRecordOptions,
): Promise<InstanceRecord> {
  const clusters = options.clusters ?? defaultClusters;
  if (existing !== undefined) {
    refuseOtherClusters(existing, options);
  } else {
    // Before anything is claimed: what this machine cannot run leaves no half sandbox.
    await provideInotify(clusters.length + (options.rancher ? 1 : 0) + (options.frontDoor ? 1 : 0), options);
  }
  const claimed = await claimSandbox(existing, clusters, folder, options);
  return addParts(claimed, options);
}

/** A sandbox that runs without a Rancher double, a front door or istio-cni's image can get one. */
async function addParts(
  record: InstanceRecord,
  { rancher, frontDoor, istioCni, env }: Pick<ClaimRecordOptions, "rancher" | "frontDoor" | "istioCni" | "env">,
): Promise<InstanceRecord> {
  const added: InstanceRecord = {
    ...record,
    ...(rancher && record.rancher === undefined ? { rancher: planRancher(record.index) } : {}),
    ...(frontDoor && record.frontDoor === undefined ? { frontDoor: planFrontDoor(record.index) } : {}),
    ...(istioCni ? { istioCni } : {}),
  };
  if (!isDeepStrictEqual(added, record)) {
    await writeRecord(env, added);
  }
  return added;
}
