import type { Json } from "../model/kube-object.ts";
import type { Route, Service } from "../model/mesh.ts";
import { routeSettingNames } from "../model/route-settings.ts";
import { failoverRetries } from "./failover-policy.ts";

/**
 * Istio's own settings of a route, as fields of its HTTPRoute; nothing for those
 * that the route has not. Of a service with `failover` its retries are below
 * the route's own.
 */
export function renderRouteSettings(service: Service, route: Route): { readonly [key: string]: Json } {
  const own = Object.fromEntries(
    routeSettingNames.flatMap((name) => {
      const value = route[name];
      return value === undefined ? [] : [[name, value as Json]];
    }),
  );
  const retries = failoverRetries(service, route);
  return retries === undefined ? own : { ...own, retries: { ...retries } };
}
