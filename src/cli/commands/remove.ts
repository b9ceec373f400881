import { defineMeshCommand } from "../command-line/command.ts";
import { clusterOption, eventsToOption, fileOption, streamOption, yesOption } from "../command-line/options.ts";

/** `isthmus remove` */
export const removeCommand = defineMeshCommand({
  name: "remove",
  summary: "Takes everything that isthmus owns away from the clusters, and nothing else",
  description:
    "Goes by the inventory that every apply keeps in each cluster, not by the mesh file. Objects that were there before isthmus stay. A mesh that was made from an export has no inventory: its objects are counted and stay, unless --labelled is given. Even then stays what another tool would put back, what others have made, and a namespace with objects of others. With --cluster the other clusters keep what they have, their remote secrets of it too, and their projects in Rancher. The mesh's root key and the keys of its ACME accounts stay in the data folder.",
  examples: [
    { command: "isthmus remove -f mesh.yaml", does: "show what would go, ask, do it" },
    { command: "isthmus remove --labelled", does: "of a mesh that was made from an export: what carries its label" },
    { command: "isthmus remove --cluster east", does: "take one cluster down, which the mesh file still has" },
  ],
  options: {
    file: fileOption,
    cluster: clusterOption,
    labelled: {
      kind: "flag",
      summary: "Also what carries the mesh's label and stands in no inventory: what was made from an export",
      group: "Target",
    },
    output: streamOption,
    eventsTo: eventsToOption,
    yes: yesOption,
    timeout: { kind: "duration", default: "5m", summary: "How long to wait for each step to be gone", group: "Safety" },
  },
  run: async (args, context) => {
    const [{ removeMesh }, { removeView }] = await Promise.all([
      import("../handlers/remove.ts"),
      import("../views/remove.ts"),
    ]);
    const { labelled, yes, timeout } = args;
    return removeMesh({ labelled, yes, timeoutMs: timeout }, removeView(args, context), context);
  },
});
