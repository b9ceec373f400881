import type { Json } from "../model/kube-object.ts";
import type { Route, Service } from "../model/mesh.ts";
import { routeSettingNames } from "../model/route-settings.ts";
import { renderRetries } from "./failover-policy.ts";

/**
 * Istio's own settings of a route, as fields of its HTTPRoute; nothing for those
 * that the route has not. Of a service with `failover` its retries are below
 * the route's own: what a route does not say about them goes on to hold, so
 * that tries still reach the next place.
 */
export function renderRouteSettings(service: Service, route: Route): { readonly [key: string]: Json } {
  const own = Object.fromEntries(
    routeSettingNames.flatMap((name) => {
      const value = route[name];
      return value === undefined ? [] : [[name, value as Json]];
    }),
  );
  const { retries: below } = route.redirect === undefined ? renderRetries(service) : {};
  return below === undefined ? own : { ...own, retries: mergeRetries(below, route.retries) };
}

/** Without attempts there is nothing else to say, and Istio refuses it. */
function mergeRetries(below: Json, retries: Route["retries"]): Json {
  return retries?.attempts === 0 ? { attempts: 0 } : { ...(below as { readonly [key: string]: Json }), ...retries };
}
