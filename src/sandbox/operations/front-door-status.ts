import { createApiClient } from "../cluster/api-client.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import { readAdminCredentials } from "../cluster/admin-credentials.ts";
import type { ComponentState } from "../cluster/node-state.ts";
import { listUnavailable } from "../front-door/complete-cluster.ts";
import {
  acmeDirectory,
  acmeManagement,
  frontDoorFolder,
  frontDoorZone,
  tsigKeyName,
} from "../front-door/front-door-folder.ts";
import { inspectFrontDoor } from "../front-door/inspect-front-door.ts";
import { hasForgotten } from "./acme-memory.ts";
import type { NodeFacts, SandboxState } from "./derive-status.ts";
import { deriveNodeStatus } from "./derive-status.ts";
import type { InstanceRecord, RecordedCluster, RecordedFrontDoor } from "./instance-record.ts";
import { clusterDirectory } from "./state-folder.ts";

/** The front door of a sandbox. Fields are only ever added. */
export interface FrontDoorStatus {
  readonly dns: {
    /** `example.test`. */
    readonly zone: string;
    /** The DNS server's address; it serves at port 53. */
    readonly server: string;
    readonly tsig: { readonly name: string; readonly algorithm: "hmac-sha256"; readonly secretFile: string };
  };
  readonly acme: {
    /** `https://172.30.0.9:14000/dir`. */
    readonly directory: string;
    /** Path of the authority of that server's own certificate, PEM. */
    readonly caFile: string;
    readonly profile: "default";
    /** Where the root of what it issues is, PEM; another one after each start. */
    readonly rootUrl: string;
  };
  readonly state: SandboxState;
  /** What is missing, in sentences' parts; empty exactly when the state is `running`. */
  readonly problems: readonly string[];
  readonly components: readonly ComponentState[];
}

/** Judges a front door by the facts of its node. */
export function deriveFrontDoorStatus(
  folder: string,
  { nodeAddress }: RecordedFrontDoor,
  facts: NodeFacts,
): FrontDoorStatus {
  const files = frontDoorFolder(folder);
  return {
    dns: {
      zone: frontDoorZone,
      server: nodeAddress,
      tsig: { name: tsigKeyName, algorithm: "hmac-sha256", secretFile: files.tsigFile },
    },
    acme: {
      directory: acmeDirectory(nodeAddress),
      caFile: files.caFile,
      profile: "default",
      rootUrl: `${acmeManagement(nodeAddress)}/roots/0`,
    },
    ...deriveNodeStatus(facts),
  };
}

/** What a front door lacks: its servers, and cert-manager and external-dns of each cluster. Rejects only with the signal's reason. */
export async function listFrontDoorLacks(
  folder: string,
  record: InstanceRecord,
  { nodeAddress }: RecordedFrontDoor,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [servers, forgotten, ...clusters] = await Promise.all([
    inspectFrontDoor(folder, nodeAddress, signal),
    hasForgotten(folder),
    ...record.clusters.map(async (cluster) => listClusterLacks(folder, cluster, signal)),
  ]);
  const accounts = forgotten ? ["the ACME server was started anew, and knows no account of the clusters' issuers"] : [];
  return [...servers.map(({ text }) => text), ...accounts, ...clusters.flat()];
}

async function listClusterLacks(
  folder: string,
  { name, nodeAddress }: RecordedCluster,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const files = clusterFolder(clusterDirectory(folder, name));
  try {
    const api = createApiClient(await readAdminCredentials(files, nodeAddress));
    try {
      return (await listUnavailable(api, signal)).map((text) => `${name}: ${text}`);
    } finally {
      api.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return [`${name}: ${(error as Error).message}`];
  }
}
