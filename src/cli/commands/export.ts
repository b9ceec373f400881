import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineCommand } from "../command-line/command.ts";
import { fileOption } from "../command-line/options.ts";

/** `isthmus export` */
export const exportCommand = defineCommand({
  name: "export",
  summary: "Writes every object that isthmus would own into files, for GitOps",
  description:
    "Offline and deterministic, as render is. Each cluster has a folder, with a folder in it for each step; README.md says in which order they are applied. Secrets are left out, and README.md says how each is made. A folder is written to when it is new, empty, or holds an export: its files are replaced, and those of others stay.",
  examples: [
    { command: "isthmus export --format yaml manifests", does: "plain manifests for kubectl apply" },
    { command: "isthmus export --format kustomize manifests", does: "with a kustomization for each step and cluster" },
    { command: "isthmus export --format fleet bundles -f mesh.yaml", does: "bundles for Rancher's Fleet" },
  ],
  arguments: {
    folder: { value: "DIR", summary: "The folder to write", required: true, complete: "folder" },
  },
  options: {
    file: fileOption,
    cluster: { kind: "text", value: "NAME", summary: "Only this cluster", group: "Target" },
    format: {
      kind: "choice",
      choices: ["yaml", "kustomize", "fleet"],
      default: "yaml",
      summary: "For which tool the files are",
      group: "Output",
    },
    force: {
      kind: "flag",
      summary: "Write beside other files, and replace what others changed",
      group: "Safety",
    },
  },
  run: async (args, context) => {
    const [
      { default: path },
      { readMeshFile },
      { exportMesh },
      { engineOptions },
      { viewExport },
      { requireCluster },
      { isProgress },
    ] = await Promise.all([
      import("node:path"),
      import("../../engine/mesh-file.ts"),
      import("../../engine/operations/export.ts"),
      import("../handlers/engine-options.ts"),
      import("../views/human/export.ts"),
      import("../handlers/require-cluster.ts"),
      import("../handlers/is-progress.ts"),
    ]);
    const meshFile = await readMeshFile(args.file, context.cwd);
    if (args.cluster !== undefined) {
      requireCluster(meshFile.mesh, args.cluster);
    }
    context.report(meshFile.warnings);
    const progress = context.progress();
    try {
      const outcome = await exportMesh(
        meshFile,
        {
          format: args.format,
          folder: path.resolve(context.cwd, args.folder),
          name: args.folder,
          ...(args.cluster === undefined ? {} : { cluster: args.cluster }),
          force: args.force,
        },
        await engineOptions(context, {
          onEvent: (event) => {
            if (isProgress(event)) {
              progress.onProgress(event);
            }
          },
        }),
      );
      progress.stop();
      context.report(outcome.warnings);
      context.print(viewExport(args.folder, outcome, context.palette));
    } finally {
      progress.stop();
    }
    return exitCodes.ok;
  },
});
