import { defineCommand } from "../command-line/command.ts";

/** `isthmus init` */
export const initCommand = defineCommand({
  name: "init",
  summary: "Writes a commented mesh file from kubeconfig contexts or a Rancher",
  description:
    "The file is valid as it is, teaches by its remarks, and holds no secret. From contexts nothing is asked, from Rancher its list of clusters; with --existing each cluster for its Istio. Without --contexts and --rancher it lists the contexts that there are.",
  examples: [
    { command: "isthmus init --contexts west,east", does: "./mesh.yaml with two clusters" },
    { command: "isthmus init - --contexts west,east --name prod", does: "to stdout" },
    { command: "isthmus init --contexts west,east --existing", does: "clusters in which somebody else installs Istio" },
    {
      command: "isthmus init --rancher https://rancher.example.org --clusters c-f7r9g,c-pzk8b",
      does: "clusters that Rancher manages; the token is in RANCHER_TOKEN",
    },
  ],
  arguments: { file: { value: "FILE", summary: "The mesh file to write (mesh.yaml); - is stdout", complete: "file" } },
  options: {
    contexts: { kind: "list", value: "NAMES", summary: "Kubeconfig contexts, one for each cluster", group: "Target" },
    rancher: { kind: "text", value: "URL", summary: "The Rancher that manages the clusters", group: "Target" },
    tokenEnv: {
      kind: "text",
      value: "NAME",
      summary: "The variable that holds Rancher's token (RANCHER_TOKEN)",
      group: "Target",
    },
    tokenFile: {
      kind: "text",
      value: "FILE",
      summary: "The file that holds Rancher's token",
      group: "Target",
      complete: "file",
    },
    caFile: {
      kind: "text",
      value: "FILE",
      summary: "The authority of Rancher's certificate, in PEM",
      group: "Target",
      complete: "file",
    },
    clusters: {
      kind: "list",
      value: "NAMES",
      summary: "IDs or names of Rancher's clusters; all but local without it",
      group: "Target",
    },
    existing: {
      kind: "flag",
      summary: "Istio is installed there already: ask the clusters for it, and join what is found",
      group: "Target",
    },
    name: {
      kind: "text",
      value: "NAME",
      summary: "The name of the mesh (mesh; with --existing the mesh ID that is found)",
      group: "Target",
    },
    force: { kind: "flag", summary: "Replace the file if it is there", group: "Safety" },
  },
  run: async (args, context) => {
    const { writeMeshFile } = await import("../handlers/init.ts");
    return writeMeshFile(args, context);
  },
});
