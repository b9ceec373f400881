import { readSupervisorConfig } from "../cluster/node-config.ts";
import { runNode } from "../cluster/run-node.ts";
import { runFrontDoor } from "../front-door/run-front-door.ts";

/** The supervisor of whatever node has this folder, until the signal fires. Throws when the node cannot be made. */
export async function superviseNode(dir: string, signal: AbortSignal): Promise<void> {
  const config = await readSupervisorConfig(dir);
  await (config.role === "front-door" ? runFrontDoor(dir, config, signal) : runNode(dir, signal));
}
