import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import { CgroupError, ensureCgroups } from "../cluster/cgroup.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import type { SupervisorConfig } from "../cluster/node-config.ts";
import { isHopeless } from "../cluster/node-state.ts";
import { prepareCluster } from "../cluster/prepare-cluster.ts";
import { startNode } from "../cluster/start-node.ts";
import type { EngineParts } from "../engine/parts.ts";
import type { FrontDoorParts } from "../front-door/front-door-parts.ts";
import { prepareFrontDoor } from "../front-door/prepare-front-door.ts";
import type { IstioCniImage } from "../istio-cni/ensure-istio-cni.ts";
import { ensureNetwork } from "../network/ensure-network.ts";
import { nodeNamespace } from "../network/names.ts";
import { CommandError } from "../process/run-command.ts";
import { checkClusters, checkInstanceName } from "./check-names.ts";
import type { ClusterStatus, SandboxState } from "./derive-status.ts";
import { claimRecord } from "./claim-record.ts";
import { completeFrontDoor } from "./complete-front-door.ts";
import { giveIstioCni, obtainIstioCni } from "./give-istio-cni.ts";
import type { InstanceRecord, SandboxCluster } from "./instance-record.ts";
import { frontDoorName, namesOfNodes, rancherName, readRecord, recordedRanges } from "./instance-record.ts";
import { withInstanceLock } from "./lock.ts";
import { planNodes, zoneOf } from "./plan-nodes.ts";
import { provideInotify } from "./inotify.ts";
import { refuseOldData } from "./old-etcd.ts";
import { checkMachine } from "./preflight.ts";
import { clearDeadNode } from "./remains.ts";
import { repairCluster } from "./repair-cluster.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";
import type { Environment } from "./state-folder.ts";
import { clusterDirectory, instanceFolder } from "./state-folder.ts";
import { readStatus, type SandboxStatus } from "./status.ts";
import { waitUntilReady } from "./wait-until-ready.ts";
import { writeKubeconfigs } from "./write-kubeconfigs.ts";

export interface SandboxUpOptions {
  readonly instance: string;
  /** Default: those of the sandbox that is there, else west and east, each in a region and zone of its own name. */
  readonly clusters?: readonly SandboxCluster[];
  readonly engine: EngineParts;
  /** The program that calls `runNode` with the last argument: `[node, isthmus.js, "sandbox", "node"]`. Absolute paths. */
  readonly supervisorCommand: readonly string[];
  /** Have a Rancher double too. Without it one that is there stays. */
  readonly rancher: boolean;
  /** The program that runs the double with the last argument, as `supervisorCommand`. */
  readonly rancherCommand: readonly string[];
  /** Have a front door too: DNS, ACME, cert-manager, external-dns. Without it one that is there stays. */
  readonly frontDoor: boolean;
  /** Gets its parts, from the cache or made now. Asked only where there is or will be one. */
  readonly obtainFrontDoor: () => Promise<FrontDoorParts>;
  /** Have the image of istio-cni on the nodes too. Without it one that is there stays. */
  readonly istioCni: boolean;
  /** Gets that image, from the cache or made now. Asked only where the nodes have or will have it. */
  readonly obtainIstioCni: () => Promise<IstioCniImage>;
  /** Put the contexts into the user's kubeconfig too. */
  readonly merge: boolean;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** For the clusters to become ready. */
  readonly timeoutMs: number;
}

/** What `up` found and did. */
export interface SandboxUp extends SandboxStatus {
  /** `running`: everything was there already. `repaired`: a part of it was not. */
  readonly outcome: "started" | "repaired" | "running";
  /** Names of the clusters whose nodes were started, in order; `rancher` and `front-door` for those of what is beside them. */
  readonly startedNodes: readonly string[];
}

interface Up {
  readonly options: SandboxUpOptions;
  readonly folder: string;
  readonly record: InstanceRecord;
  readonly frontDoorParts: FrontDoorParts | undefined;
}

/**
 * Brings a sandbox to where all its clusters can be used, whatever there is of
 * it: makes what is missing, starts what does not run, leaves alone what does.
 * What it starts is on record before it is started, so that after a failure or
 * an interruption `up` goes on and `down` finds everything.
 *
 * UserErrors: ISM722, 730, 731, 746, 747 (this machine), 721 (data of an older etcd), 732 (names), 733 (it runs
 * with other clusters), 734 (no addresses), 735 (another command is at work),
 * 736 (names taken), 737, 738, 748 (not ready), 743, 744 (`merge`);
 * those of `ensureFrontDoorParts` and `ensureIstioCni`.
 */
export async function sandboxUp(options: SandboxUpOptions): Promise<SandboxUp> {
  const problems = [
    ...checkInstanceName(options.instance),
    ...(options.clusters === undefined ? [] : checkClusters(options.clusters)),
  ];
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  const folder = instanceFolder(options.env, options.instance);
  await checkMachine([folder, options.engine.dir]);
  return withInstanceLock(folder, options.instance, options.signal, async () => {
    try {
      return await bringUp(folder, options);
    } catch (error) {
      throw explainRefusal(error, options.signal);
    }
  });
}

async function bringUp(folder: string, options: SandboxUpOptions): Promise<SandboxUp> {
  const existing = await readRecord(options.env, options.instance);
  // Before anything is claimed: what cannot be made leaves no half sandbox.
  const frontDoorParts =
    options.frontDoor || existing?.frontDoor !== undefined ? await options.obtainFrontDoor() : undefined;
  const istioCni = await obtainIstioCni(existing, options);
  const record = await claimRecord(existing, folder, options);
  const up: Up = { options, folder, record, frontDoorParts };
  const before = existing === undefined ? undefined : await readStatus(record, options);
  const idle = findIdleNodes(up, before);
  const running = before?.state === "running";
  if (!running) {
    await refuseOldData(folder, idle);
    if (existing !== undefined) {
      await provideInotify(idle.length, options);
    }
    await makeNodes(up, idle);
  }
  await writeKubeconfigs(folder, record, options);
  if (!running) {
    await completeClusters(up, idle);
  }
  await giveIstioCni(istioCni, { ...options, folder, clusters: record.clusters });
  const status = running ? before : await readStatus(record, options);
  const added = existing !== undefined && namesOfNodes(existing).length < namesOfNodes(record).length;
  return {
    ...status,
    outcome: added ? "started" : judgeOutcome(before?.state),
    startedNodes: idle.map((one) => one.cluster),
  };
}

/** The nodes that have to be started, by what was there before. */
function findIdleNodes(up: Up, before: SandboxStatus | undefined): readonly SupervisorConfig[] {
  const { options, folder, record, frontDoorParts } = up;
  const states = new Map<string, Pick<ClusterStatus, "state" | "components">>(
    before?.clusters.map((one) => [one.name, one]),
  );
  if (before?.rancher !== undefined) {
    states.set(rancherName, before.rancher);
  }
  if (before?.frontDoor !== undefined) {
    states.set(frontDoorName, before.frontDoor);
  }
  return planNodes(folder, record, { ...options, frontDoorParts }).filter((one) =>
    needsNewNode(states.get(one.cluster)),
  );
}

/** Repairs what runs on the nodes that were not started anew, and waits for all of it. */
async function completeClusters(up: Up, idle: readonly SupervisorConfig[]): Promise<void> {
  const { options, folder, record, frontDoorParts: parts } = up;
  const { clusters, rancher, frontDoor } = record;
  const living = clusters.filter((cluster) => !idle.some((one) => one.cluster === cluster.name));
  const dns = frontDoor === undefined ? undefined : zoneOf(frontDoor);
  await Promise.all(living.map(async (cluster) => repairCluster(folder, cluster, { dns, signal: options.signal })));
  await waitUntilReady({ ...options, folder, clusters, rancher });
  if (frontDoor !== undefined && parts !== undefined) {
    await completeFrontDoor({ ...options, folder, record, frontDoor, parts });
  }
}

/** A node that does not run, or one with a component that its supervisor has tried in vain to keep running. */
function needsNewNode(status: Pick<ClusterStatus, "state" | "components"> | undefined): boolean {
  return status === undefined || status.state === "stopped" || status.components.some(isHopeless);
}

/** What ended as a whole (a reboot) or never got ready is started; a part of something is repaired. */
function judgeOutcome(before: SandboxState | undefined): SandboxUp["outcome"] {
  if (before === "running") {
    return "running";
  }
  return before === "degraded" ? "repaired" : "started";
}

/** Networks for all (whoever lost a link gets it back), nodes for those that have none. */
async function makeNodes({ options, folder, record }: Up, idle: readonly SupervisorConfig[]): Promise<void> {
  const { signal, instance } = options;
  const task = "making networks and credentials";
  const began = performance.now();
  options.onProgress({ kind: "task.started", subject: instance, task, expectedSeconds: 1 });
  // What a node that died left behind would be in the way of the next one.
  await Promise.all(idle.map(async ({ cluster }) => clearDeadNode(folder, instance, cluster)));
  const [cgroups] = await Promise.all([
    Promise.all(idle.map(async (node) => ensureCgroups(node.cgroup))),
    ensureNetwork(
      {
        instance,
        folder,
        ranges: recordedRanges(record),
        clusters: record.clusters.map((one) => one.name),
        ...(record.rancher === undefined ? {} : { rancher: record.rancher.name }),
        ...(record.frontDoor === undefined ? {} : { frontDoor: record.frontDoor.name }),
      },
      signal,
    ),
    ...idle.map(async (node) =>
      node.role === "front-door"
        ? prepareFrontDoor(node, new Date())
        : prepareCluster(clusterFolder(clusterDirectory(folder, node.cluster)), node, new Date()),
    ),
  ]);
  signal.throwIfAborted();
  await Promise.all(
    idle.map(async ({ cluster }, position) =>
      startNode({
        folder: clusterFolder(clusterDirectory(folder, cluster)),
        namespace: nodeNamespace(instance, cluster),
        cgroups: cgroups[position] ?? [],
        supervisorCommand: options.supervisorCommand,
      }),
    ),
  );
  options.onProgress({ kind: "task.done", subject: instance, task, seconds: (performance.now() - began) / 1000 });
}

/** Refusals of the kernel and of the system's tools are about this machine, not about this program. */
function explainRefusal(error: unknown, signal: AbortSignal): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const ofMachine =
    error instanceof CommandError ||
    ["EPERM", "EACCES", "EROFS", "ENOSPC", "EBUSY"].includes(code) ||
    error instanceof CgroupError;
  if (signal.aborted || error instanceof UserError || !ofMachine) {
    return error;
  }
  return sandboxError(
    "ISM746",
    {
      detail: `${error instanceof CommandError ? error.explain() : (error as Error).message}.`,
      fix: "Run `isthmus sandbox down` to take away what was made; then try on a machine (or in a privileged container) that allows it.",
    },
    { cause: error },
  );
}
