import type { Mesh } from "../model/mesh.ts";
import { istioNamespace } from "../render/names.ts";
import { writeYaml } from "../model/object-yaml.ts";
import type { ExportedPart } from "./exported-part.ts";

/** How the bundles of an export come to their clusters, and what Fleet does not take care of. */
export function describeFleet(mesh: Mesh, parts: readonly ExportedPart[]): readonly string[] {
  const local = parts.filter((part) => part.cluster === undefined);
  const downstream = parts.filter((part) => part.cluster !== undefined);
  return [
    "## In this order",
    "Every folder with a `fleet.yaml` is a bundle. It goes to one cluster, which it finds by the labels that Rancher gives it (`management.cattle.io/cluster-name` for a cluster that the mesh file names by `rancherId`, `management.cattle.io/cluster-display-name` for the others), and waits for the bundles of that cluster that come before it.",
    `1. Make namespace ${istioNamespace} and its Secret cacerts on every cluster, as below. Fleet does not wait for a Secret that it does not know.`,
    [
      "2. Commit this folder, and give Fleet its paths:",
      ...local.map((part) => fence(gitRepo(mesh, "fleet-local", [part]))),
      ...(downstream.length === 0 ? [] : [fence(gitRepo(mesh, "fleet-default", downstream))]),
    ].join("\n\n"),
    "3. When the bundles are ready on all clusters, make the remote secrets.",
    "A bundle waits for others of its own cluster only. When versions of a service move to a cluster, let `destinations` become ready on every cluster before `routes` change: a route to a subset that another cluster's gateway does not know yet is a reset connection.",
  ];
}

function gitRepo(mesh: Mesh, workspace: string, parts: readonly ExportedPart[]): object {
  return {
    apiVersion: "fleet.cattle.io/v1alpha1",
    kind: "GitRepo",
    metadata: { name: mesh.name, namespace: workspace },
    spec: {
      repo: "https://git.example/mesh.git",
      branch: "main",
      paths: parts.map((part) => part.folder),
    },
  };
}

function fence(object: object): string {
  return `\`\`\`yaml\n${writeYaml(object)}\`\`\``;
}
