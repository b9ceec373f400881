import type { SandboxUp } from "../../../sandbox/operations/up.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewFlat } from "./sandbox-flat.ts";
import { viewFrontDoor } from "./sandbox-front-door.ts";
import { viewRancher } from "./sandbox-rancher.ts";
import { renderTable } from "./table.ts";

/** What `up` found and did, and how to reach the clusters. */
export function viewSandboxUp(up: SandboxUp, palette: Palette): string {
  const words = { started: "is up", repaired: "was not whole and is repaired", running: "was running already" };
  return [
    `${palette.good("√")} sandbox ${palette.strong(up.instance)} ${words[up.outcome]}`,
    "",
    renderTable(
      ["CLUSTER", "CONTEXT", "API SERVER", "LOAD BALANCERS"],
      up.clusters.map((cluster) => [cluster.name, cluster.context, cluster.apiServer, cluster.loadBalancerRange]),
    ),
    "",
    ...viewFlat(up),
    ...viewRancher(up, palette),
    ...viewFrontDoor(up, palette),
    `export KUBECONFIG=${up.kubeconfig}`,
  ].join("\n");
}
