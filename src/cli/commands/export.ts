import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption } from "../command-line/options.ts";

/** `isthmus export` */
export const exportCommand = defineMeshCommand({
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
    const { exportFile } = await import("../handlers/export.ts");
    return exportFile(args, context);
  },
});
