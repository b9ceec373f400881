import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { InstalledGateway, Installation } from "../model/installed-istio.ts";
import { controlPlaneOf } from "../model/installed-istio.ts";
import type { ObjectId } from "../model/kube-object.ts";
import { hasLabels } from "../model/labels.ts";
import type { Mesh } from "../model/mesh.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";
import { eastWestPlace } from "../routing/east-west-place.ts";
import { frontRoutesOf } from "../routing/hosts.ts";
import { meshAt } from "../routing/routes-at.ts";
import { atVersion } from "./installation-patch.ts";
import { quoteCommand } from "../quote-command.ts";

/** What is wrong with the gateways of a cluster: another network's label or none, another place, none where routes need one. */
export function judgeGateways(mesh: Mesh, one: Installation): readonly Diagnostic[] {
  return [...judgeEastWest(one), ...judgeUnlabelled(one), ...judgeIngress(mesh, one)];
}

function judgeEastWest(one: Installation): readonly Diagnostic[] {
  const { cluster, context, installed } = one;
  const version = versionIn(installed);
  const networks = installed.gateways.filter(({ network }) => network !== undefined);
  const strange = networks.filter(({ network }) => network !== cluster.network);
  const place = eastWestPlace(cluster);
  const misplaced = networks.filter(
    (gateway) =>
      !isAt(gateway, place) ||
      Object.keys(gateway.selector).length === 0 ||
      (isUsual(place) && gateway.selector["istio"] !== "eastwestgateway"),
  );
  const both = networks.filter(
    ({ selector }) =>
      !isUsual(place) &&
      Object.keys(selector).length > 0 &&
      (installed.ingressPods ?? []).some((labels) => hasLabels(labels, selector)),
  );
  return [
    ...both.map((gateway) => ({
      ...errorOf("ISM579"),
      detail: `Service ${gateway.namespace}/${gateway.name} of ${cluster.name} selects pods with ${textOf(gateway.selector)}, which the ingress gateway's pods have as well: what opens the one for other networks would open the other too. Nothing was changed.`,
      fix: "Give the pods of the two gateways labels that tell them apart, by the tool that installed them (the gateway chart's labels), and the Service a selector with them.",
      cluster: cluster.name,
      object: objectOf(gateway),
    })),
    ...strange.map((gateway) => ({
      ...errorOf("ISM577"),
      detail: `Service ${gateway.namespace}/${gateway.name} of ${cluster.name} is the gateway of network ${gateway.network ?? ""} (label topology.istio.io/network), and the mesh file says ${cluster.network}: other clusters would not find a gateway of its network. Nothing was changed.`,
      fix: `${networkFix(one, gateway)}; or write network: ${gateway.network ?? ""} into the mesh file.`,
      cluster: cluster.name,
      object: objectOf(gateway),
    })),
    ...misplaced.map((gateway) => ({
      ...errorOf("ISM579"),
      detail: `The gateway of network ${gateway.network ?? ""} in ${cluster.name} is ${gateway.namespace}/${gateway.name}, which selects pods with ${textOf(gateway.selector)}, and the mesh file takes it to be ${place.namespace}/${place.name}${isUsual(place) ? " with istio=eastwestgateway" : ""}. Nothing was changed.`,
      fix:
        Object.keys(gateway.selector).length === 0
          ? "Name the Service that selects the gateway's pods (eastWest.service), and take the label topology.istio.io/network off this one: without a selector it leads to no pods that isthmus could open."
          : isAt(gateway, place)
            ? `Install it anew with these labels: helm install ${eastWestGateway} istio/gateway ${version} --kube-context ${quoteCommand([context])} -n ${istioNamespace} --set networkGateway=${cluster.network}; or take it away, and isthmus makes one.`
            : `Write it into the mesh file, at cluster ${cluster.name}: eastWest: { service: { namespace: ${gateway.namespace}, name: ${gateway.name} } }. Or take its label topology.istio.io/network off, where it is not the one.`,
      cluster: cluster.name,
      object: objectOf(gateway),
    })),
  ];
}

/** An east-west gateway that says no network is nobody's for Istio, and rendering one would write over it. */
function judgeUnlabelled(one: Installation): readonly Diagnostic[] {
  const { cluster, installed } = one;
  const place = eastWestPlace(cluster);
  const named = `${place.namespace}/${place.name}`;
  const found = installed.gateways.find((gateway) => isAt(gateway, place));
  if (found === undefined && !isUsual(place)) {
    return [
      {
        ...errorOf("ISM579"),
        detail: `${cluster.name} has no Service ${named}, which the mesh file names as its east-west gateway (eastWest.service). Nothing was changed.`,
        fix: "Correct the name; or leave eastWest.service out, and isthmus makes a gateway where there is none.",
        cluster: cluster.name,
        object: objectOf(place),
      },
    ];
  }
  if (found !== undefined && found.network === undefined) {
    return [
      {
        ...errorOf("ISM577"),
        detail: `Service ${named} of ${cluster.name} has no label topology.istio.io/network: no istiod takes it for the gateway of network ${cluster.network}, and isthmus does not write over it. Nothing was changed.`,
        fix: `${networkFix(one, found)}${isUsual(place) ? "; or take it away, and isthmus makes one" : ""}.`,
        cluster: cluster.name,
        object: objectOf(found),
      },
    ];
  }
  const isMade = found !== undefined || installed.gateways.some(({ network }) => network !== undefined);
  return isMade || !installed.eastWestDeployment
    ? []
    : [
        {
          ...errorOf("ISM579"),
          detail: `${cluster.name} has a Deployment ${istioNamespace}/${eastWestGateway} that isthmus has not made, and no Service that belongs to it: other networks do not come in there, and isthmus does not write over it. Nothing was changed.`,
          fix: `Give it its Service again by the tool that installed it, with the label topology.istio.io/network: ${cluster.network} (networkGateway of Istio's gateway chart); or take the Deployment away, and isthmus makes both.`,
          cluster: cluster.name,
          object: { group: "apps", kind: "Deployment", namespace: istioNamespace, name: eastWestGateway },
        },
      ];
}

function versionIn(installed: Installation["installed"]): string {
  return atVersion(controlPlaneOf(installed) ?? { version: "" });
}

/** The network for a gateway, by Helm where it names a release. */
function networkFix({ cluster: { network }, context, installed }: Installation, { release }: InstalledGateway): string {
  return release === undefined
    ? `Give its Service and its pods the label topology.istio.io/network: ${network} by the tool that installed it (networkGateway of Istio's gateway chart, label of the gateway in an IstioOperator)`
    : `Give the gateway chart the value networkGateway: ${network} (helm upgrade ${release.name} istio/gateway ${versionIn(installed)} --kube-context ${quoteCommand([context])} -n ${release.namespace} --reuse-values --set networkGateway=${network})`;
}

function judgeIngress(mesh: Mesh, { cluster, context, installed }: Installation): readonly Diagnostic[] {
  const routes = meshAt(mesh, cluster).services.flatMap(frontRoutesOf);
  const found = installed.gateways.find((gateway) =>
    isAt(gateway, { namespace: istioNamespace, name: ingressGateway }),
  );
  if (routes.length === 0 || found?.selector["istio"] === "ingressgateway") {
    return [];
  }
  return [
    {
      ...errorOf("ISM579"),
      detail: `${cluster.name} ${found === undefined ? `has no Service ${istioNamespace}/${ingressGateway}` : `has a Service ${istioNamespace}/${ingressGateway} that does not select pods with istio=ingressgateway`}, and route ${routes[0]?.name ?? ""} is to be opened there. Nothing was changed.`,
      fix: `Install one: helm install ${ingressGateway} istio/gateway ${versionIn(installed)} --kube-context ${quoteCommand([context])} -n ${istioNamespace}; or components.ingressGateways in the IstioOperator. Routes with gateway: mesh need none.`,
      cluster: cluster.name,
      object: { group: "", kind: "Service", namespace: istioNamespace, name: ingressGateway },
    },
  ];
}

type Place = Pick<InstalledGateway, "namespace" | "name">;

function isAt({ namespace, name }: InstalledGateway, wanted: Place): boolean {
  return namespace === wanted.namespace && name === wanted.name;
}

/** Where isthmus makes one where there is none. */
function isUsual({ namespace, name }: Place): boolean {
  return namespace === istioNamespace && name === eastWestGateway;
}

function objectOf({ namespace, name }: Place): ObjectId {
  return { group: "", kind: "Service", namespace, name };
}

function textOf(selector: InstalledGateway["selector"]): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
