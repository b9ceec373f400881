import type { ClusterStatus } from "../../../engine/operations/status.ts";
import type { Palette } from "../../terminal/palette.ts";

/** What a person can do after the demo: addresses to ask and commands to go on with. */
export function viewDemoEnd(
  program: string,
  file: string,
  clusters: readonly ClusterStatus[],
  palette: Palette,
): string {
  const reached = clusters.filter((cluster) => cluster.kind === "reached");
  const curls = reached.flatMap((cluster) =>
    cluster.ingress.slice(0, 1).map((address) => `    curl http://${address}/hello        # ${cluster.cluster}`),
  );
  return [
    palette.strong("Ask either ingress:"),
    ...curls,
    "",
    palette.strong("Go on with:"),
    `    ${program} shift helloworld v1=0 v2=100 -f ${file}`,
    `    ${program} verify -f ${file}`,
    `    ${program} status -f ${file}`,
    `    ${program} sandbox status`,
    `    ${program} sandbox down`,
  ].join("\n");
}
