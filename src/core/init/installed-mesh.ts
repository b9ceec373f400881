import { label } from "../mesh-file/schema/scalars.ts";
import type { ControlPlane, InstalledIstio } from "../model/installed-istio.ts";
import { controlPlaneOf, defaultRevision } from "../model/installed-istio.ts";
import type { InitCluster, InitMesh } from "./init-mesh.ts";
import { eastWestGateway, istioNamespace } from "../render/names.ts";
import { uniqueLabels } from "./unique-labels.ts";

/** What was found by the name of each cluster of the mesh; undefined for one that did not answer. */
export type FoundIstio = Readonly<Record<string, InstalledIstio | undefined>>;

/**
 * The same mesh as those say it who have installed Istio in its clusters: its
 * ID where all that say one have the same, and each cluster's name and network,
 * also a network of several. Remarks say what was found, what was not, and what differs.
 */
export function describeInstalled(mesh: InitMesh, found: FoundIstio, given: string | undefined): InitMesh {
  const planes = new Map(mesh.clusters.map(({ name }) => [name, controlPlaneOf(found[name])]));
  const values = (name: string): ControlPlane["values"] => planes.get(name)?.values ?? {};
  const ids = new Set(mesh.clusters.flatMap(({ name }) => values(name).meshID ?? []));
  const [id] = ids;
  const meshName = given ?? (ids.size === 1 && isLabel(id) ? id : mesh.name);
  const names = uniqueLabels(mesh.clusters.map(({ name }) => values(name).clusterName ?? name));
  const networks = mesh.clusters.map(({ name }, index) => networkOf(values(name), names[index] ?? name));
  const shared = [...new Set(networks.filter((one, index) => networks.indexOf(one) !== index))];
  return {
    ...mesh,
    install: "existing",
    name: meshName,
    ...(shared.length === 0 ? {} : { sharedNetworks: shared }),
    clusters: mesh.clusters.map((cluster, index): InitCluster => {
      const { meshID } = values(cluster.name);
      const network = networks[index];
      return {
        ...cluster,
        name: names[index] ?? cluster.name,
        ...(network === undefined ? {} : { network }),
        ...gatewayOf(found[cluster.name], network),
        remarks: [
          ...cluster.remarks,
          remark(cluster.name in found ? found[cluster.name] : undefined),
          ...(meshID === undefined || meshID === meshName
            ? []
            : [
                `Its mesh ID is ${meshID}, and not ${meshName}: one mesh has one, and isthmus plan says how to set it.`,
              ]),
        ],
      };
    }),
  };
}

/** The network that is installed where a mesh file can say it. */
function networkOf({ network }: ControlPlane["values"], name: string): string {
  return isLabel(network) ? network : name;
}

/** The only gateway of the network, where it is not where isthmus would make one. */
function gatewayOf(installed: InstalledIstio | undefined, network: string | undefined): Pick<InitCluster, "eastWest"> {
  const all = (installed?.gateways ?? []).filter((one) => one.network === network && one.network !== undefined);
  const [only, second] = all;
  const isUsual = only?.namespace === istioNamespace && only.name === eastWestGateway;
  return only === undefined || second !== undefined || isUsual || Object.keys(only.selector).length === 0
    ? {}
    : { eastWest: { namespace: only.namespace, name: only.name } };
}

function isLabel(value: string | undefined): value is string {
  return value !== undefined && label.test(value);
}

/** What the file says above a cluster. */
function remark(installed: InstalledIstio | undefined): string {
  if (installed === undefined) {
    return "It did not answer: what is installed there is not known.";
  }
  const plane = controlPlaneOf(installed);
  if (plane === undefined) {
    return `${installed.controlPlanes.length === 0 ? "No" : "More than one"} control plane was found there (Deployments with app=istiod).`;
  }
  const { version, revision, tags, tool, values } = plane;
  const unset = [
    ...(values.meshID === undefined ? ["global.meshID"] : []),
    ...(values.clusterName === undefined ? ["global.multiCluster.clusterName"] : []),
    ...(values.network === undefined ? ["global.network"] : []),
  ];
  return [
    `Istio ${version === "" ? "of an unknown version" : version}`,
    ...(revision === defaultRevision ? [] : [`revision ${revision}`]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(", ")}`]),
    ...(tool === "unknown" ? [] : [`installed by ${tool}`]),
    ...(unset.length === 0 ? [] : [`without ${unset.join(", ")}, which isthmus plan says how to set`]),
  ]
    .join(", ")
    .concat(".");
}
