import type { Json } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { effectiveRelease } from "../releases/istio-releases.ts";
import { hasNamedGateway } from "../routing/east-west-place.ts";
import { clusterLocalHosts, clusterLocalValues } from "./cluster-local.ts";
import { gatewayProbe } from "./gateway-probe.ts";
import { revisionOf } from "./istio-operator.ts";
import { ingressStats } from "./latency-stats.ts";
import type { Platform } from "./materials.ts";
import { meshNetworksValues } from "./mesh-networks.ts";
import { mergeValues } from "./merge-values.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "./names.ts";
import { cniNamespace, gatewayChartSecurity, needsCni, podSecurityValues } from "./pod-security.ts";

type Values = { readonly [key: string]: Json };

/** Istio's charts by the names that its chart repository gives them. */
export type HelmChart = "base" | "istiod" | "gateway" | "cni";

/** One chart with the name and the values that it is rendered with. */
export interface HelmRelease {
  readonly chart: HelmChart;
  /** The release's name; the gateway chart takes its objects' names from it. */
  readonly name: string;
  readonly namespace: string;
  readonly values: Values;
}

/**
 * The releases of a cluster for `install: helm`, in the order in which Istio's
 * documentation installs them. Mesh ID, cluster name and network come from one
 * place, as in `renderIstioOperators`. Merge order of values: ours, the
 * platform's, the user's. `istiod` gets all of the user's values; `base` and
 * `cni` get `global` and what is named after them, `base` also `defaultRevision`; a gateway gets `global` and
 * what stands under `gateways.<its name>`, with the revision of the control plane, since its chart refuses the rest from 1.25.5 on.
 *
 * The charts have no ingress gateway of their own, so profile `minimal`, which
 * is istioctl's default without one, leaves it out here; `default` is the
 * charts' own defaults; every other profile goes to the charts.
 */
export function renderHelmReleases(mesh: Mesh, cluster: Cluster, platform: Platform): readonly HelmRelease[] {
  const withCni = needsCni(mesh);
  const given = mergeValues(platform.values, mesh.istio.values ?? {});
  const identity = { global: identityOf(mesh, cluster, platform) };
  const release = (chart: HelmChart, name: string, own: Values, theirs: Values): HelmRelease => ({
    chart,
    name,
    namespace: chart === "cni" ? cniNamespace : istioNamespace,
    values: mergeValues(profileOf(mesh), own, theirs),
  });
  const gateway = (name: string, own: Values): HelmRelease =>
    release(
      "gateway",
      name,
      mergeValues(identity, probeOf(mesh), pullPolicyOf(given), injectorOf(given), gatewayChartSecurity(mesh), own),
      mergeValues(only(given, ["global"]), mapAt(mapAt(given, "gateways"), name)),
    );
  return [
    // Definitions and an account, which are the same for every cluster: without the identity they are rendered once for all.
    release("base", "istio-base", defaultRevisionOf(given), only(given, ["global", "base", "defaultRevision"])),
    ...(withCni ? [release("cni", "istio-cni", identity, only(given, ["global", "cni"]))] : []),
    release(
      "istiod",
      "istiod",
      mergeValues(
        identity,
        podSecurityValues(mesh),
        clusterLocalValues(clusterLocalHosts(mesh)),
        meshNetworksValues(mesh, cluster),
      ),
      given,
    ),
    ...(mesh.istio.profile === "minimal" ? [] : [gateway(ingressGateway, ingressStats(mesh, platform.values))]),
    // Labels the Service and the pods with the network, gives the ports that are needed between networks and limits the gateway to endpoints of its own network (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
    ...(hasNamedGateway(cluster) ? [] : [gateway(eastWestGateway, { networkGateway: cluster.network })]),
  ];
}

/** The chart's webhook for objects without a revision asks `istiod`; a control plane with a revision has another name. */
function defaultRevisionOf(given: Values): Values {
  const revision = revisionOf(given);
  return revision === undefined ? {} : { defaultRevision: revision };
}

/** A gateway's pods ask for the injector of their revision; without the label nobody gives them an image. */
function injectorOf(given: Values): Values {
  const revision = revisionOf(given);
  return revision === undefined ? {} : { revision };
}

function identityOf(mesh: Mesh, cluster: Cluster, platform: Platform): Values {
  const hub = mesh.istio.hub ?? platform.hub;
  return {
    meshID: mesh.name,
    multiCluster: { clusterName: cluster.name },
    network: cluster.network,
    tag: mesh.istio.version,
    ...(hub === undefined ? {} : { hub }),
  };
}

function profileOf(mesh: Mesh): Values {
  const { profile, version } = mesh.istio;
  const isCharts = profile !== "default" && profile !== "minimal";
  // Older charts know no profiles and would ignore the value; what a profile sets is then set under spec.istio.values.
  return isCharts && effectiveRelease(version).chartProfiles ? { profile } : {};
}

function probeOf(mesh: Mesh): Values {
  return effectiveRelease(mesh.istio.version).gatewayChartProbe ? { readinessProbe: gatewayProbe } : {};
}

/** The gateway chart has a place of its own for what `global.imagePullPolicy` says to all others. */
function pullPolicyOf(given: Values): Values {
  const policy = mapAt(given, "global")["imagePullPolicy"];
  return policy === undefined ? {} : { imagePullPolicy: policy };
}

function only(values: Values, keys: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}

function mapAt(values: Values, key: string): Values {
  const found = values[key];
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Values) : {};
}
