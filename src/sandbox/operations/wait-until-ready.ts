import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import type { ApiClient } from "../cluster/api-client.ts";
import { inspectRancher } from "../rancher/inspect-rancher.ts";
import { createApiClient } from "../cluster/api-client.ts";
import { clusterFolder, logFile } from "../cluster/cluster-folder.ts";
import { readAdminCredentials } from "../cluster/admin-credentials.ts";
import type { Lack } from "../cluster/inspect-cluster.ts";
import { inspectCluster } from "../cluster/inspect-cluster.ts";
import type { NodeState } from "../cluster/node-state.ts";
import { isHopeless, readNodeState } from "../cluster/node-state.ts";
import { pause } from "../cluster/pause.ts";
import { findNodeProcess } from "../cluster/start-node.ts";
import type { RecordedCluster, RecordedRancher } from "./instance-record.ts";
import { readLastLines } from "./log-lines.ts";
import { sandboxDiagnostic } from "./sandbox-diagnostic.ts";
import { clusterDirectory } from "./state-folder.ts";

export interface WaitOptions {
  /** The sandbox's folder. */
  readonly folder: string;
  readonly instance: string;
  readonly clusters: readonly RecordedCluster[];
  readonly rancher: RecordedRancher | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** A stage that people see; it ends when nothing of it and of those before it is missing. */
interface Stage {
  readonly task: string;
  readonly whats: readonly Lacking["what"][];
  readonly expectedSeconds: number;
}

const rancherStages: readonly Stage[] = [
  { task: "waiting for the API server", whats: ["api"], expectedSeconds: 5 },
  { task: "waiting for the Rancher double", whats: ["rancher"], expectedSeconds: 4 },
];

const clusterStages: readonly Stage[] = [
  { task: "waiting for the API server", whats: ["api"], expectedSeconds: 5 },
  { task: "waiting for the node", whats: ["node"], expectedSeconds: 3 },
  { task: "waiting for cluster DNS and load balancing", whats: ["dns", "account", "balancer"], expectedSeconds: 3 },
];

interface Lacking {
  readonly what: Lack["what"] | "balancer" | "rancher";
  readonly component: string;
  readonly text: string;
}

/** A node that is waited for. */
interface Awaited {
  readonly name: string;
  readonly nodeAddress: string;
  readonly stages: readonly Stage[];
  readonly listLacks: (
    api: ApiClient,
    state: NodeState | undefined,
    signal: AbortSignal,
  ) => Promise<readonly Lacking[]>;
}

/**
 * Waits until every cluster and the Rancher double can be used. UserError when one cannot: ISM738 as
 * soon as a node has ended, ISM737 at the end of the time, each with what is
 * missing and the last lines of the log that should tell why.
 */
export async function waitUntilReady(options: WaitOptions): Promise<void> {
  const { folder, rancher } = options;
  const awaited: readonly Awaited[] = [
    ...options.clusters.map((cluster) => ({
      name: cluster.name,
      nodeAddress: cluster.nodeAddress,
      stages: clusterStages,
      listLacks: async (api: ApiClient, state: NodeState | undefined, signal: AbortSignal) =>
        listLacks(api, cluster, state, signal),
    })),
    ...(rancher === undefined
      ? []
      : [
          {
            name: rancher.name,
            nodeAddress: rancher.nodeAddress,
            stages: rancherStages,
            listLacks: async (api: ApiClient, state: NodeState | undefined, signal: AbortSignal) =>
              listRancherLacks(api, { folder, address: rancher.nodeAddress }, state, signal),
          },
        ]),
  ];
  const problems = await Promise.all(awaited.map(async (cluster) => waitForCluster(cluster, options)));
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) {
    throw new UserError(found, exitCodes.failed);
  }
}

async function waitForCluster(cluster: Awaited, options: WaitOptions): Promise<Diagnostic | undefined> {
  const folder = clusterFolder(clusterDirectory(options.folder, cluster.name));
  const api = createApiClient(await readAdminCredentials(folder, cluster.nodeAddress));
  const began = performance.now();
  const deadline = began + options.timeoutMs;
  const stage = followStages(cluster.name, cluster.stages, options.onProgress);
  try {
    for (;;) {
      options.signal.throwIfAborted();
      const state = await readNodeState(folder);
      const lacks = await cluster.listLacks(api, state, options.signal);
      stage.update(lacks);
      if (lacks.length === 0) {
        return undefined;
      }
      const alive = (await findNodeProcess(folder)) !== undefined;
      if (!alive || state?.components.some(isHopeless) === true || performance.now() > deadline) {
        const seconds = Math.round((performance.now() - began) / 1000);
        const problem = await explain(cluster, options, { alive, lacks, state, seconds });
        stage.fail(problem);
        return problem;
      }
      await pause(100, options.signal);
    }
  } finally {
    api.close();
  }
}

async function listLacks(
  api: ApiClient,
  cluster: RecordedCluster,
  state: NodeState | undefined,
  signal: AbortSignal,
): Promise<readonly Lacking[]> {
  if (state === undefined) {
    return [{ what: "api", component: "supervisor", text: "the supervisor has not reported yet" }];
  }
  const since = new Date(state.startedAt);
  const lacks: readonly Lacking[] = await inspectCluster(api, { node: cluster.node, since, signal });
  const balancer = state.components.find((one) => one.name === "load-balancer");
  return balancer?.state === "running"
    ? lacks
    : [...lacks, { what: "balancer", component: "supervisor", text: "load balancer addresses are not handed out yet" }];
}

async function listRancherLacks(
  api: ApiClient,
  { folder, address }: { readonly folder: string; readonly address: string },
  state: NodeState | undefined,
  signal: AbortSignal,
): Promise<readonly Lacking[]> {
  if (state === undefined) {
    return [{ what: "api", component: "supervisor", text: "the supervisor has not reported yet" }];
  }
  const problem = await inspectRancher(folder, address, signal);
  if (problem === undefined) {
    return [];
  }
  const serving = await api.send("/readyz", { signal, timeoutMs: 3000 }).then(
    () => true,
    () => false,
  );
  return serving
    ? [{ what: "rancher", component: "rancher", text: problem }]
    : [{ what: "api", component: "kube-apiserver", text: "the API server is not ready" }];
}

interface Standstill {
  readonly alive: boolean;
  readonly lacks: readonly Lacking[];
  readonly state: NodeState | undefined;
  /** How long it was waited for. */
  readonly seconds: number;
}

async function explain(
  cluster: Awaited,
  options: WaitOptions,
  { alive, lacks, state, seconds }: Standstill,
): Promise<Diagnostic> {
  const folder = clusterFolder(clusterDirectory(options.folder, cluster.name));
  // A component that keeps ending is the cause, whatever else is missing because of it.
  const broken = state?.components.find((one) => one.state === "restarting");
  const guilty = alive ? (broken?.name ?? lacks[0]?.component ?? "supervisor") : "supervisor";
  const lines = await readLastLines(logFile(folder, guilty), 8);
  const words =
    lines.length === 0
      ? `The log of ${guilty} is empty.`
      : `The last lines of ${guilty}:\n${lines.map((line) => `    ${line}`).join("\n")}`;
  const restarting =
    broken === undefined
      ? ""
      : ` ${broken.name} keeps ending (${broken.lastExit ?? "unknown"}, ${broken.restarts} restarts).`;
  const instance = `--instance ${options.instance}`;
  if (alive && lines.some((line) => /too many open files|inotify|no space left on device.*watch/i.test(line))) {
    // Others on this machine have taken what was free when the node was started.
    return sandboxDiagnostic("ISM737", {
      cluster: cluster.name,
      detail: `After ${seconds} s cluster ${cluster.name} still waits: ${lacks.map((one) => one.text).join("; ")}.${restarting} The kernel's limits of inotify are used up. ${words}`,
      fix: `Raise them on the machine itself, then go on with \`isthmus sandbox up ${instance}\`:\n    sysctl -w fs.inotify.max_user_instances=1024\n    sysctl -w fs.inotify.max_user_watches=1048576`,
    });
  }
  return alive
    ? sandboxDiagnostic("ISM737", {
        cluster: cluster.name,
        detail: `After ${seconds} s cluster ${cluster.name} still waits: ${lacks.map((one) => one.text).join("; ")}.${restarting} ${words}`,
        fix: `See \`isthmus sandbox logs ${cluster.name} ${guilty} ${instance}\`; \`isthmus sandbox up ${instance}\` goes on, \`down\` takes it away.`,
      })
    : sandboxDiagnostic("ISM738", {
        cluster: cluster.name,
        detail: `The node of cluster ${cluster.name} ended while it was starting. ${words}`,
        fix: `Try \`isthmus sandbox up ${instance}\` once more; if it ends again, \`isthmus sandbox down ${instance}\` and \`up\` begin anew.`,
      });
}

/** Tells each stage's begin and end, in order; a stage that was passed does not come back. */
function followStages(
  subject: string,
  stages: readonly Stage[],
  onProgress: OnProgress,
): { readonly update: (lacks: readonly Lacking[]) => void; readonly fail: (diagnostic: Diagnostic) => void } {
  let position = 0;
  let began = performance.now();
  const announce = (): void => {
    const stage = stages[position];
    if (stage !== undefined) {
      began = performance.now();
      onProgress({ kind: "task.started", subject, task: stage.task, expectedSeconds: stage.expectedSeconds });
    }
  };
  announce();
  return {
    update: (lacks) => {
      const missing = new Set(lacks.map((one) => one.what));
      for (let stage = stages[position]; stage !== undefined; stage = stages[position]) {
        // While the API server does not answer nothing is known of what comes after it.
        if (missing.has("api") || stage.whats.some((what) => missing.has(what))) {
          return;
        }
        onProgress({ kind: "task.done", subject, task: stage.task, seconds: (performance.now() - began) / 1000 });
        position += 1;
        announce();
      }
    },
    fail: (diagnostic) => {
      const task = stages[position]?.task ?? "waiting";
      onProgress({ kind: "task.failed", subject, task, diagnostic });
    },
  };
}
