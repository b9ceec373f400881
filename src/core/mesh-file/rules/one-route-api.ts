import type { MeshDraft } from "../draft.ts";
import { doorsOf } from "../draft-matches.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import type { PlacedRoute } from "../walk-draft.ts";
import { frontGatewayNameOf, routesOf } from "../walk-draft.ts";

/**
 * One API for all routes of a service, since a version has one name in proxies,
 * and for all routes of a host, since between the two APIs only Istio decides
 * who is tried first. Routes of the Gateway API for one host are at one Gateway.
 */
export function checkOneRouteApi(draft: MeshDraft): readonly Finding[] {
  const services = itemsOf(draft.spec?.services).map(([, service]) => service);
  const first = new Map<string, PlacedRoute>();
  return routesOf(draft).flatMap((route): readonly Finding[] => {
    const hosts = doorsOf(route, services).flatMap(({ listener, host }) => (listener === "mesh" ? [] : [host]));
    const keys = [
      `the service ${route.service.namespace ?? ""}/${route.service.name ?? ""}`,
      ...hosts.map((host) => `the host ${host}`),
    ];
    const found = keys.flatMap((key): readonly Finding[] => {
      const other = first.get(key);
      first.set(key, other ?? route);
      return other === undefined ? [] : compare(route, other, key);
    });
    return found.slice(0, 1);
  });
}

function compare(route: PlacedRoute, other: PlacedRoute, key: string): readonly Finding[] {
  const before = `${describePath(other.path)}${other.value.name === undefined ? "" : ` (${other.value.name})`}`;
  if (apiOf(route) !== apiOf(other)) {
    return [
      {
        code: "ISM795",
        path: [...route.path, ...("api" in route.value ? ["api"] : [])],
        detail: `The route is by api: ${apiOf(route)}, and ${before}, of ${key} too, by api: ${apiOf(other)}.`,
        other: other.path,
        fix: "Give all routes of a service and of a host the same api.",
      },
    ];
  }
  const [mine, theirs] = [frontGatewayNameOf(route.value), frontGatewayNameOf(other.value)];
  return apiOf(route) === "istio" || mine === theirs || !key.startsWith("the host")
    ? []
    : [
        {
          code: "ISM795",
          path: [...route.path, "gateway"],
          detail: `The route is at Gateway ${mine ?? ""}, and ${before}, of ${key} too, at ${theirs ?? ""}: between two Gateways of the Gateway API nobody decides who is tried first.`,
          other: other.path,
          fix: `Write gateway: ${theirs ?? ""}.`,
        },
      ];
}

function apiOf({ value }: PlacedRoute): string {
  return value.api ?? "istio";
}
