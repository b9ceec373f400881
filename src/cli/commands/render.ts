import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption } from "../command-line/options.ts";

/** `isthmus render` */
export const renderCommand = defineMeshCommand({
  name: "render",
  summary: "Prints every object that isthmus would own, without asking a cluster",
  description:
    "Offline and deterministic: the same mesh file gives the same bytes. Private keys and tokens are never printed; the data of a Secret is shown as a fingerprint, and what only an apply can make (an intermediate, another cluster's token) has the fingerprint of its name.",
  examples: [
    { command: "isthmus render -f mesh.yaml", does: "all objects of all clusters as YAML" },
    { command: "isthmus render --cluster west -o json", does: "one cluster as JSON" },
  ],
  options: {
    file: fileOption,
    cluster: { kind: "text", value: "NAME", summary: "Only this cluster", group: "Target" },
    output: {
      kind: "choice",
      short: "o",
      choices: ["yaml", "json"],
      default: "yaml",
      summary: "How to print the result",
      group: "Output",
    },
  },
  run: async (args, context) => {
    const [{ renderFile }, { renderView }] = await Promise.all([
      import("../handlers/render.ts"),
      import("../views/render.ts"),
    ]);
    return renderFile(args, renderView(args.output, context), context);
  },
});
