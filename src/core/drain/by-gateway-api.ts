import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf } from "../diagnostics/coded.ts";
import type { Service } from "../model/mesh.ts";

/** Why a service whose routes are of the Gateway API stays: a drained cluster's own gateways are led elsewhere by subsets. */
export function byGatewayApi({ namespace, name }: Service, cluster: string): Diagnostic {
  return {
    ...errorOf("ISM601"),
    detail: `Routes of ${namespace}/${name} are of the Gateway API (api: gatewayAPI), which leads to Services and knows no subsets: ingress gateways of ${cluster} could not be told to ask another cluster.`,
    fix: "Leave the service out: name the others with --service.",
  };
}

/**
 * A service that is drained and whose routes are to be of the Gateway API: what
 * leads requests back, and keeps them away meanwhile, needs the routes of before.
 */
export function drainedBefore({ namespace, name }: Service, cluster: string): Diagnostic {
  return {
    ...errorOf("ISM601"),
    detail: `${namespace}/${name} is drained in ${cluster}, and its routes are of the Gateway API (api: gatewayAPI) now, which leads to Services and knows no subsets.`,
    fix: `Take api out of its routes, put the service back with isthmus undrain ${cluster} --service ${namespace}/${name}, then write api again.`,
    cluster,
  };
}
