import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { fileOption } from "../command-line/options.ts";

/** `isthmus render` */
export const renderCommand = defineCommand({
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
    const [
      { readMeshFile },
      { renderOffline },
      { engineOptions },
      rendered,
      { requireCluster },
      { isProgress },
      { adviseMesh },
    ] = await Promise.all([
      import("../../engine/mesh-file.ts"),
      import("../../engine/operations/render.ts"),
      import("../handlers/engine-options.ts"),
      import("../views/rendered.ts"),
      import("../handlers/require-cluster.ts"),
      import("../handlers/is-progress.ts"),
      import("../../core/advice/advise-mesh.ts"),
    ]);
    const meshFile = await readMeshFile(args.file, context.cwd);
    if (args.cluster !== undefined) {
      requireCluster(meshFile.mesh, args.cluster);
    }
    context.report([...meshFile.warnings, ...adviseMesh(meshFile.mesh, meshFile.locate)]);
    const progress = context.progress();
    try {
      const options = await engineOptions(context, {
        onEvent: (event) => {
          if (isProgress(event)) {
            progress.onProgress(event);
          }
        },
      });
      const all = await renderOffline(meshFile, options, args.cluster);
      context.report(all.warnings);
      const texts = args.output === "json" ? rendered.renderedJson(all) : rendered.renderedYaml(all);
      for await (const text of texts) {
        context.print(text);
      }
    } finally {
      progress.stop();
    }
    return exitCodes.ok;
  },
});
