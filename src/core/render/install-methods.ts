import type { KubeObject } from "../model/kube-object.ts";
import type { Cluster, IstioSettings, Mesh } from "../model/mesh.ts";
import { placeIstioObject } from "./istio-manifests.ts";
import { renderEastWestGateway } from "./east-west-gateway.ts";
import { hasNamedGateway } from "../routing/east-west-place.ts";
import type { Materials, Platform } from "./materials.ts";
import { withoutNetworkLabel } from "./mesh-networks.ts";
import { operatorNamespace } from "./names.ts";
import { renderOperatorInstall } from "./operator.ts";
import { renderRancherApp } from "./rancher-app.ts";
import type { Wave } from "./waves.ts";

export type Install = IstioSettings["install"];

/** What Istio consists of in a cluster, whoever makes it. */
export type IstioPart =
  /** CustomResourceDefinitions, roles and accounts, among them the account that other clusters read with. */
  | "definitions"
  /** istiod with its webhooks, and istio-cni where the mesh asks for it. */
  | "control-plane"
  /** The ingress and the east-west gateway. */
  | "gateways";

/** Who makes objects: `isthmus` applies and owns them; the others make and own them, of what isthmus applies, or `somebody` by himself. */
export type Maker = "isthmus" | "istio-operator" | "rancher-chart" | "somebody";

/** How one method brings Istio into a cluster. */
export interface InstallMethod {
  /** The program that renders Istio's own objects before they are applied; undefined where something in the cluster does. */
  readonly renderer: "istioctl" | "helm" | undefined;
  readonly makes: Readonly<Record<IstioPart, Maker>>;
  /** The first wave in which the account of other clusters' readers is there: before, Kubernetes would delete its token's Secret. */
  readonly readerToken: Wave;
  /** A namespace of its own beside Istio's. */
  readonly namespace?: string;
  /** What isthmus applies. */
  readonly objects: (mesh: Mesh, cluster: Cluster, materials: Materials) => readonly (readonly [Wave, KubeObject])[];
}

/** Which install method makes which objects. */
export const installMethods: Readonly<Record<Install, InstallMethod>> = {
  istioctl: {
    renderer: "istioctl",
    makes: { definitions: "isthmus", "control-plane": "isthmus", gateways: "isthmus" },
    readerToken: "definitions",
    objects: placeManifests,
  },
  helm: {
    renderer: "helm",
    makes: { definitions: "isthmus", "control-plane": "isthmus", gateways: "isthmus" },
    readerToken: "definitions",
    objects: placeCharts,
  },
  operator: {
    renderer: undefined,
    makes: { definitions: "istio-operator", "control-plane": "istio-operator", gateways: "istio-operator" },
    readerToken: "gateways",
    namespace: operatorNamespace,
    objects: (mesh, cluster, materials) => renderOperatorInstall(mesh, cluster, platformOf(cluster, materials)),
  },
  rancher: {
    renderer: undefined,
    makes: { definitions: "rancher-chart", "control-plane": "rancher-chart", gateways: "rancher-chart" },
    readerToken: "gateways",
    objects: (mesh, cluster, materials) => renderRancherApp(mesh, cluster, platformOf(cluster, materials)),
  },
  existing: {
    renderer: undefined,
    makes: { definitions: "somebody", "control-plane": "somebody", gateways: "somebody" },
    readerToken: "definitions",
    objects: placeMissingGateway,
  },
};

/** True where something in the cluster makes that part of Istio of what isthmus applies. */
export function isMadeInCluster(install: Install, part: IstioPart): boolean {
  return installMethods[install].makes[part] !== "isthmus";
}

function placeManifests(_mesh: Mesh, cluster: Cluster, materials: Materials): readonly (readonly [Wave, KubeObject])[] {
  return (materials.istioManifests[cluster.name] ?? []).map(placeIstioObject);
}

function placeCharts(_mesh: Mesh, cluster: Cluster, materials: Materials): readonly (readonly [Wave, KubeObject])[] {
  return (materials.istioManifests[cluster.name] ?? []).map((object) =>
    placeIstioObject(withoutNetworkLabel(object, cluster)),
  );
}

/** An east-west gateway where nobody has made one, and the mesh file names none. */
function placeMissingGateway(
  _mesh: Mesh,
  cluster: Cluster,
  { installed }: Materials,
): readonly (readonly [Wave, KubeObject])[] {
  const found = installed?.[cluster.name];
  return hasNamedGateway(cluster) || found?.gateways.some(({ network }) => network !== undefined) === true
    ? []
    : renderEastWestGateway(cluster, found).map((object) => [
        object.kind === "ServiceAccount" ? "definitions" : "gateways",
        object,
      ]);
}

function platformOf(cluster: Cluster, materials: Materials): Platform {
  return materials.platforms[cluster.name] ?? { values: {} };
}
