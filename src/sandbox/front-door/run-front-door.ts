import { appendFileSync } from "node:fs";
import { clusterFolder, logFile } from "../cluster/cluster-folder.ts";
import type { Component } from "../cluster/components.ts";
import type { FrontDoorNodeConfig } from "../cluster/node-config.ts";
import { makeNodeMounts } from "../cluster/node-mounts.ts";
import { createStateBoard } from "../cluster/node-state.ts";
import { readBootId } from "../cluster/process-identity.ts";
import { superviseComponent } from "../cluster/supervise-component.ts";
import { frontDoorFolder } from "./front-door-folder.ts";

/** Everything of a front door's node that has a log. */
export const frontDoorComponentNames: readonly string[] = ["named", "pebble", "supervisor"];

/**
 * The supervisor of a front door's node: keeps BIND and Pebble running in the
 * node's own namespaces until the signal fires. `dir` is the node's folder.
 */
export async function runFrontDoor(dir: string, config: FrontDoorNodeConfig, signal: AbortSignal): Promise<void> {
  const folder = clusterFolder(dir);
  makeNodeMounts([config.sandbox, ...config.reads]);
  const components = planFrontDoorComponents(config);
  const names = components.map((one) => one.name);
  const board = createStateBoard(dir, names, readBootId(), () => new Date());
  try {
    await Promise.all(
      components.map(async (component) =>
        superviseComponent(component, {
          logFile: logFile(folder, component.name),
          // Challenges are tried at once, and each order proves its names: what a test sees does not depend on chance.
          env: { PATH: "/usr/sbin:/usr/bin", HOME: folder.dir, PEBBLE_VA_NOSLEEP: "1", PEBBLE_AUTHZREUSE: "0" },
          folder: folder.dir,
          signal,
          onChange: (change) => {
            board.set(component.name, change);
            if (change.lastExit !== undefined) {
              const line = `${new Date().toISOString()} ${component.name}: ${change.lastExit}\n`;
              appendFileSync(logFile(folder, "supervisor"), line);
            }
          },
        }),
      ),
    );
  } finally {
    await board.settle();
  }
}

function planFrontDoorComponents(config: FrontDoorNodeConfig): readonly Component[] {
  const files = frontDoorFolder(config.sandbox);
  const [named = "", ...loader] = config.named;
  return [
    { name: "named", program: named, args: [...loader, "-g", "-c", files.namedConfig], after: "start" },
    {
      name: "pebble",
      program: config.pebble,
      args: ["-config", files.pebbleConfig, "-dnsserver", "127.0.0.1:53"],
      after: "start",
    },
  ];
}
