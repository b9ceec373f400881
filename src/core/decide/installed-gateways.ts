import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { InstalledGateway, Installation } from "../model/installed-istio.ts";
import type { ObjectId } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";
import { frontRoutesOf } from "../routing/hosts.ts";

/** What is wrong with the gateways of a cluster: another network's label, another place, none where routes need one. */
export function judgeGateways(mesh: Mesh, one: Installation): readonly Diagnostic[] {
  return [...judgeEastWest(one), ...judgeIngress(mesh, one)];
}

function judgeEastWest({ cluster, context, installed }: Installation): readonly Diagnostic[] {
  const networks = installed.gateways.filter(({ network }) => network !== undefined);
  const strange = networks.filter(({ network }) => network !== cluster.network);
  const misplaced = networks.filter(
    (gateway) => !isAt(gateway, eastWestGateway) || gateway.selector["istio"] !== "eastwestgateway",
  );
  return [
    ...strange.map((gateway) => ({
      ...errorOf("ISM577"),
      detail: `Service ${gateway.namespace}/${gateway.name} of ${cluster.name} is the gateway of network ${gateway.network ?? ""} (label topology.istio.io/network), and the mesh file says ${cluster.network}: other clusters would not find a gateway of its network. Nothing was changed.`,
      fix: `Give the gateway chart the value networkGateway: ${cluster.network} (helm upgrade ${gateway.name} istio/gateway --kube-context ${context} -n ${gateway.namespace} --reuse-values --set networkGateway=${cluster.network}), or write network: ${gateway.network ?? ""} into the mesh file.`,
      cluster: cluster.name,
      object: objectOf(gateway),
    })),
    ...misplaced.map((gateway) => ({
      ...errorOf("ISM579"),
      detail: `The gateway of network ${gateway.network ?? ""} in ${cluster.name} is ${gateway.namespace}/${gateway.name}, which selects pods with ${textOf(gateway.selector)}. This version knows one east-west gateway, ${istioNamespace}/${eastWestGateway} with istio=eastwestgateway. Nothing was changed.`,
      fix: `Install it by that name: helm install ${eastWestGateway} istio/gateway --kube-context ${context} -n ${istioNamespace} --set networkGateway=${cluster.network}; or take it away, and isthmus makes one.`,
      cluster: cluster.name,
      object: objectOf(gateway),
    })),
  ];
}

function judgeIngress(mesh: Mesh, { cluster, context, installed }: Installation): readonly Diagnostic[] {
  const routes = mesh.services.flatMap(frontRoutesOf);
  const found = installed.gateways.find((gateway) => isAt(gateway, ingressGateway));
  if (routes.length === 0 || found?.selector["istio"] === "ingressgateway") {
    return [];
  }
  return [
    {
      ...errorOf("ISM579"),
      detail: `${cluster.name} ${found === undefined ? `has no Service ${istioNamespace}/${ingressGateway}` : `has a Service ${istioNamespace}/${ingressGateway} that does not select pods with istio=ingressgateway`}, and route ${routes[0]?.name ?? ""} is to be opened there. Nothing was changed.`,
      fix: `Install one: helm install ${ingressGateway} istio/gateway --kube-context ${context} -n ${istioNamespace}; or components.ingressGateways in the IstioOperator. Routes with gateway: mesh need none.`,
      cluster: cluster.name,
      object: { group: "", kind: "Service", namespace: istioNamespace, name: ingressGateway },
    },
  ];
}

function isAt({ namespace, name }: InstalledGateway, wanted: string): boolean {
  return namespace === istioNamespace && name === wanted;
}

function objectOf({ namespace, name }: InstalledGateway): ObjectId {
  return { group: "", kind: "Service", namespace, name };
}

function textOf(selector: InstalledGateway["selector"]): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
