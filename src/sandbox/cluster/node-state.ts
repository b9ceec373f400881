import { clusterFolder } from "./cluster-folder.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { readJsonFile, writePrivateFile } from "./private-file.ts";

/**
 * `waiting`: not started yet, what it needs is not there. `restarting`: it
 * ended and is started again after a pause. `stopped`: the node is not running.
 */
export type ComponentPhase = "waiting" | "running" | "restarting" | "stopped";

export interface ComponentState {
  readonly name: string;
  readonly state: ComponentPhase;
  /** Process number inside the node's PID namespace; absent while there is no process, and for parts of the supervisor. */
  readonly pid?: number;
  readonly restarts: number;
  /** When it got into this state, ISO 8601. */
  readonly since: string;
  /** How it ended last: `exit code 2`, `ended by SIGKILL`, or why it could not be started. */
  readonly lastExit?: string;
}

/** True for a component that ended so often that waiting for it is no use: its pauses added up to a dozen seconds. */
export function isHopeless(component: ComponentState): boolean {
  return component.state === "restarting" && component.restarts >= 6;
}

/** What a node's supervisor tells of its node, in a file that it replaces whenever something changes. */
export interface NodeState {
  readonly version: 1;
  /** The boot in which this was true. */
  readonly bootId: string;
  readonly startedAt: string;
  readonly components: readonly ComponentState[];
}

/** Reads the supervisor's file; undefined before there is one. */
export async function readNodeState(folder: ClusterFolder): Promise<NodeState | undefined> {
  const state = (await readJsonFile(folder.nodeState)) as NodeState | undefined;
  return state?.version === 1 ? state : undefined;
}

/** Keeps the supervisor's file. */
export interface StateBoard {
  /** Sets a component's state; `since` moves when the state or the process changes. */
  set(name: string, change: Omit<ComponentState, "name" | "since">): void;
  /** Resolves when everything that was set is in the file. */
  settle(): Promise<void>;
}

/** Begins a new file in which all components wait. */
export function createStateBoard(dir: string, names: readonly string[], bootId: string, now: () => Date): StateBoard {
  const file = clusterFolder(dir).nodeState;
  const startedAt = now().toISOString();
  const components = new Map<string, ComponentState>(
    names.map((name) => [name, { name, state: "waiting", restarts: 0, since: startedAt }]),
  );
  let writing: Promise<void> | undefined;
  let stale = false;
  const write = async (): Promise<void> => {
    do {
      stale = false;
      const state: NodeState = { version: 1, bootId, startedAt, components: [...components.values()] };
      await writePrivateFile(file, `${JSON.stringify(state, null, 2)}\n`);
    } while (stale);
    writing = undefined;
  };
  const publish = (): void => {
    if (writing === undefined) {
      writing = write();
    } else {
      stale = true;
    }
  };
  publish();
  return {
    set: (name, change) => {
      const before = components.get(name);
      const same = before?.state === change.state && before.pid === change.pid;
      components.set(name, { name, ...change, since: same ? before.since : now().toISOString() });
      publish();
    },
    settle: async () => writing,
  };
}
