import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { InstalledGateway, NamedGateway } from "../model/installed-istio.ts";
import { hasLabels } from "../model/labels.ts";
import type { Cluster } from "../model/mesh.ts";
import { eastWestGateway, ingressGateway, istioNamespace, meshLabel } from "../render/names.ts";
import { atVersion } from "./installation-patch.ts";
import { announcesAddresses, eastWestPlace } from "../routing/east-west-place.ts";
import { kubectlLine } from "../kubectl-line.ts";
import { quoteCommand } from "../quote-command.ts";

/** A cluster whose Istio isthmus installs, with the gateway that the mesh file names there. */
export interface GatewayThere {
  readonly cluster: Cluster;
  /** Its kubeconfig context, for commands that a fix names. */
  readonly context: string;
  readonly gateway: NamedGateway;
  /** What isthmus installs there: a gateway is to have its release, and pods of a revision are injected by that alone. */
  readonly istio: { readonly version: string; readonly revision?: string };
}

/**
 * What keeps a gateway that is there from being the east-west gateway of its
 * cluster (`eastWest.service`), beside an Istio that isthmus installs: no
 * Service, no pods of its own, or not the label by which istiods find it (https://istio.io/latest/docs/reference/config/labels/).
 */
export function judgeNamedGateway(there: GatewayThere): readonly Diagnostic[] {
  const { cluster, context, gateway } = there;
  const { namespace, name } = eastWestPlace(cluster);
  if (gateway.own) {
    return [
      refusal(
        cluster,
        `Service ${namespace}/${name} of ${cluster.name} is one that isthmus has made (label ${meshLabel}): with eastWest.service it is not asked for any more, and the next pruning would delete the only gateway.`,
        "Leave eastWest.service out, or name a gateway that somebody else runs.",
      ),
    ];
  }
  return gateway.service === undefined
    ? [
        refusal(
          cluster,
          `${cluster.name} has no Service ${namespace}/${name}, which the mesh file names as its east-west gateway (eastWest.service).`,
          `Correct the name. Or install it: apply without eastWest.service first, so that there is an istiod, then helm install ${name} istio/gateway ${atVersion(there.istio)} --kube-context ${quoteCommand([context])} -n ${namespace} --create-namespace --set networkGateway=${cluster.network}${revisionSet(there)}`,
        ),
      ]
    : [...judgePods(there, gateway.service), ...judgeLabel(there, gateway.service), ...warnOfFormer(there)];
}

/** A Gateway opens one set of pods, so that of two gateways only one is open. */
function warnOfFormer({ cluster, gateway }: GatewayThere): readonly Diagnostic[] {
  return gateway.former
    ? [
        {
          ...warningOf("ISM755"),
          detail: `${istioNamespace}/${eastWestGateway} of ${cluster.name} is still there. From the moment on that Gateway cross-network-gateway opens the pods of Service ${cluster.eastWest?.service?.namespace ?? ""}/${cluster.eastWest?.service?.name ?? ""} instead, it is closed, and other clusters go on sending a part of their requests there until it is deleted.`,
          fix: `Apply with --prune, which deletes it. Where requests are served, take the cluster out of traffic before, and put it back afterwards: isthmus drain ${cluster.name}, isthmus undrain ${cluster.name}.`,
          cluster: cluster.name,
          object: { group: "", kind: "Service", namespace: istioNamespace, name: eastWestGateway },
        },
      ]
    : [];
}

function judgePods({ cluster, gateway }: GatewayThere, service: InstalledGateway): readonly Diagnostic[] {
  const { namespace, name, selector } = service;
  const named = `Service ${namespace}/${name} of ${cluster.name}`;
  if (Object.keys(selector).length === 0) {
    return [
      refusal(
        cluster,
        `${named} selects no pods, so that nothing says which ones are to be opened for other networks.`,
        "Name the Service that selects the gateway's pods.",
      ),
    ];
  }
  return [ownIngress, ...gateway.ingressPods].some((labels) => hasLabels(labels, selector))
    ? [
        refusal(
          cluster,
          `${named} selects pods by labels that the ingress gateway's pods have as well: what opens the one for other networks would open the other too.`,
          "Give the gateway's pods labels of their own, by the tool that installed them (labels of the gateway chart), and the Service a selector with them.",
        ),
      ]
    : [];
}

function judgeLabel(there: GatewayThere, service: InstalledGateway): readonly Diagnostic[] {
  const { cluster, context } = there;
  const { namespace, name, network, release } = service;
  const upgraded = (set: string): string | undefined =>
    release === undefined
      ? undefined
      : `helm upgrade ${release.name} istio/gateway ${atVersion(there.istio)} --kube-context ${quoteCommand([context])} -n ${release.namespace} --reuse-values --set networkGateway=${set}`;
  const named = `Service ${namespace}/${name} of ${cluster.name}`;
  const label = "the label topology.istio.io/network";
  if (announcesAddresses(cluster)) {
    return network === undefined
      ? []
      : [
          refusal(
            cluster,
            `${named} has ${label}: ${network}, so that istiods go by its own addresses, and not by those that the mesh file has (eastWest.addresses, seenFrom).`,
            `Take the label off by the tool that installed it, which would put it back otherwise: ${upgraded("") ?? `${kubectlLine(context)} -n ${namespace} label service ${name} topology.istio.io/network-, where none does`}`,
          ),
        ];
  }
  const byHelm = upgraded(cluster.network);
  return network === cluster.network
    ? []
    : [
        refusal(
          cluster,
          `${named} has ${network === undefined ? `not ${label}` : `${label}: ${network}`}, and the mesh file says network ${cluster.network}: no istiod takes it for the gateway of that network.`,
          `Give the gateway its network by the tool that installed it (networkGateway of Istio's gateway chart, which keeps the gateway to endpoints of that network as well)${byHelm === undefined ? "" : `: ${byHelm}`}`,
        ),
      ];
}

function revisionSet({ istio: { revision } }: GatewayThere): string {
  return revision === undefined ? "" : ` --set revision=${revision}`;
}

function refusal(cluster: Cluster, detail: string, fix: string): Diagnostic {
  return {
    ...errorOf("ISM754"),
    detail: `${detail} Nothing was changed.`,
    fix,
    cluster: cluster.name,
    object: { group: "", kind: "Service", ...eastWestPlace(cluster) },
  };
}

/** What the ingress gateway's pods have that isthmus installs, also before they are there (Istio's charts and profiles). */
const ownIngress = { app: ingressGateway, istio: "ingressgateway" };
