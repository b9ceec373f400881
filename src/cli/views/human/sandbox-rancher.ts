import type { SandboxStatus } from "../../../sandbox/operations/status.ts";
import type { Palette } from "../../terminal/palette.ts";
import { renderTable } from "./table.ts";

/** The Rancher double of a sandbox in lines, an empty one after them; none where there is none. */
export function viewRancher({ rancher }: Pick<SandboxStatus, "rancher">, palette: Palette): readonly string[] {
  if (rancher === undefined) {
    return [];
  }
  const state = rancher.state === "running" ? palette.good("√ running") : palette.bad(`× ${rancher.state}`);
  return [
    `Rancher double ${palette.strong(rancher.url)} ${state}`,
    renderTable(
      ["CLUSTER", "RANCHER ID"],
      rancher.clusters.map((one) => [one.name, one.id]),
    ),
    `CA certificate ${rancher.caFile}, token ${rancher.tokenFile}`,
    "",
  ];
}
