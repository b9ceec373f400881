import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import type { RouteNowhere } from "../routing/routes-at.ts";
import { routesNowhere } from "../routing/routes-at.ts";
import type { Locate } from "./route-order.ts";

/** Routes of the mesh file that no cluster gets (ISM587). */
export function adviseNowhere(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return routesNowhere(mesh).map((one) => {
    const index = mesh.services.indexOf(one.service);
    const number = one.service.routes.indexOf(one.route);
    return {
      ...describeNowhere(one),
      ...(locate === undefined ? {} : { range: locate(["spec", "services", index, "routes", number, "name"]) }),
    };
  });
}

/** That a route is in no cluster, and why (ISM587, a warning). */
export function describeNowhere({ service, route, instead }: RouteNowhere): Diagnostic {
  const names = instead.map((one) => one.route.name).join(", ");
  // Without it nobody would publish the hosts (ISM588), or ask for their certificate.
  const kept = [
    ...(route.dns === undefined ? [] : ["dns"]),
    ...(route.tls?.issuer === undefined ? [] : ["tls.issuer"]),
  ];
  return {
    ...warningOf("ISM587"),
    detail: `Route ${route.name} (${service.namespace}/${service.name}) is in no cluster: ${names} ${instead.length === 1 ? "takes" : "take"} all of its requests in every region that has a cluster.`,
    fix:
      kept.length === 0
        ? `Take ${route.name} out of the mesh file, or leave it so if a cluster of another region is to come.`
        : `Leave it so if that is meant: what it says of ${kept.join(" and ")} goes on to hold for its hosts.`,
  };
}
