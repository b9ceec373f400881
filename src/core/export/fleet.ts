import { createHash } from "node:crypto";
import type { Json } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { writeYaml } from "../model/object-yaml.ts";
import { cededPointers } from "../plan/ceded-fields.ts";
import type { Wave } from "../render/waves.ts";
import { waveRules } from "../render/waves.ts";
import type { ExportFile, ExportPart } from "./export-file.ts";
import type { WaveFolder } from "./wave-folders.ts";
import { waveFolderName, waveFolders } from "./wave-folders.ts";

/** A bundle's name becomes a Helm release's name, which has at most 53 characters. */
const longestBundle = 53;

/**
 * Fleet bundles: one for each wave of a cluster, which goes to that cluster
 * only and waits for the bundles of the waves before it (rancher/fleet,
 * pkg/apis/fleet.cattle.io/v1alpha1: FleetYAML, BundleSpec). Bundles wait for
 * others of the same cluster only, so that the barriers over all clusters cannot be written down.
 */
export function exportFleet(mesh: Mesh, part: ExportPart): readonly ExportFile[] {
  const folders = waveFolders(part);
  const present = new Set(folders.map((folder) => folder.wave));
  return folders.flatMap((folder) => [...folder.files, fleetFile(mesh, part, folder, present)]);
}

function fleetFile(mesh: Mesh, part: ExportPart, folder: WaveFolder, present: ReadonlySet<Wave>): ExportFile {
  const before = nearestBefore(folder.wave, present);
  const patches = comparePatches(folder);
  return {
    path: `${folder.path}/fleet.yaml`,
    text: writeYaml({
      name: bundleName(mesh, part, folder.wave),
      // Holds Helm's record of the release, which has to outlast every namespace of the mesh.
      defaultNamespace: "kube-system",
      // What is there already (istio-system with its cacerts, a mesh made by `isthmus apply`) becomes Fleet's.
      helm: { takeOwnership: true },
      overrideTargets: [targetOf(part.cluster)],
      ...(before.length === 0 ? {} : { dependsOn: before.map((wave) => ({ name: bundleName(mesh, part, wave) })) }),
      ...(patches.length === 0 ? {} : { diff: { comparePatches: patches } }),
    }),
  };
}

/** The waves with a bundle that `wave` needs, through those that have none. */
function nearestBefore(wave: Wave, present: ReadonlySet<Wave>): readonly Wave[] {
  const found = waveRules[wave].needs.flatMap((one) => (present.has(one) ? [one] : nearestBefore(one, present)));
  return [...new Set(found)];
}

function bundleName(mesh: Mesh, part: ExportPart, wave: Wave): string {
  const whole = `${mesh.name}-${part.folder.replace(/^_/, "")}-${waveFolderName(wave)}`;
  if (whole.length <= longestBundle) {
    return whole;
  }
  const hash = createHash("sha256").update(`${mesh.name}/${part.folder}/${wave}`).digest("hex").slice(0, 8);
  return `${whole.slice(0, longestBundle - hash.length - 1).replace(/[-.]+$/, "")}-${hash}`;
}

/** Labels that Rancher gives to Fleet's clusters (https://fleet.rancher.io/gitrepo-targets); the local cluster is `local` in workspace `fleet-local`. */
function targetOf(cluster: Cluster | undefined): { readonly [key: string]: Json } {
  if (cluster === undefined) {
    return { clusterName: "local" };
  }
  return {
    clusterSelector: {
      matchLabels:
        cluster.access.kind === "rancher"
          ? { "management.cattle.io/cluster-name": cluster.access.rancherId }
          : { "management.cattle.io/cluster-display-name": cluster.name },
    },
  };
}

/** What a running istiod changes would show as modified for ever. */
function comparePatches(folder: WaveFolder): readonly Json[] {
  return folder.objects.flatMap((object) => {
    const pointers = cededPointers(object);
    return pointers.length === 0
      ? []
      : [
          {
            apiVersion: object.apiVersion,
            kind: object.kind,
            name: object.metadata.name,
            operations: pointers.map((path) => ({ op: "remove", path })),
          },
        ];
  });
}
