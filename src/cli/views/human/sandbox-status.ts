import type { SandboxStatus } from "../../../sandbox/operations/status.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewFlat } from "./sandbox-flat.ts";
import { viewFrontDoor } from "./sandbox-front-door.ts";
import { viewRancher } from "./sandbox-rancher.ts";
import { renderTable } from "./table.ts";

/** A sandbox at a glance: its clusters, then what of them is not as it should be. */
export function viewSandboxStatus(status: SandboxStatus, palette: Palette): string {
  const rows = status.clusters.map((cluster) => {
    const running = cluster.components.filter((component) => component.state === "running").length;
    const state = cluster.state === "running" ? palette.good("√ running") : palette.bad(`× ${cluster.state}`);
    return [
      cluster.name,
      state,
      cluster.context,
      cluster.apiServer,
      cluster.loadBalancerRange,
      `${running} of ${cluster.components.length} running`,
    ];
  });
  const parts = [
    ...status.clusters,
    ...(status.rancher === undefined ? [] : [{ ...status.rancher, name: "rancher" }]),
    ...(status.frontDoor === undefined ? [] : [{ ...status.frontDoor, name: "front-door" }]),
  ];
  const problems = parts.flatMap((part) =>
    part.problems.map((problem) => `${palette.bad("×")} ${part.name}: ${problem}`),
  );
  return [
    `Sandbox ${palette.strong(status.instance)}`,
    "",
    renderTable(["CLUSTER", "STATE", "CONTEXT", "API SERVER", "LOAD BALANCERS", "COMPONENTS"], rows),
    ...(problems.length === 0 ? [] : ["", ...problems, "", "`isthmus sandbox up` repairs it."]),
    "",
    ...viewFlat(status),
    ...viewRancher(status, palette),
    ...viewFrontDoor(status, palette),
    `export KUBECONFIG=${status.kubeconfig}`,
  ].join("\n");
}
