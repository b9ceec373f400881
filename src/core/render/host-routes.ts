import { createHash } from "node:crypto";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { networkingOf } from "../releases/istio-releases.ts";
import { challengedHosts } from "../routing/challenged-hosts.ts";
import type { Door } from "../routing/doors.ts";
import { doorsOf, requestsOf, sharesHost } from "../routing/doors.ts";
import { frontGatewayOf } from "../routing/hosts.ts";
import { usesGatewayApi } from "../routing/version-service.ts";
import { routeNamespace } from "./front-gateway.ts";
import { renderChallengeRules } from "./http01.ts";
import { istioNamespace, meshGateway, ownRoutePrefix } from "./names.ts";
import { renderMatch, writtenBy } from "./virtual-service.ts";

/** Kubernetes' longest name. */
const longestName = 253;

/**
 * A VirtualService for each host that has several routes, or one that is both at
 * a gateway and inside the mesh, or at which http01 challenges are asked: which requests go to which route, in the order
 * in which proxies try them. Istio itself would
 * merge the routes of a host by the age of their objects, which differs from
 * cluster to cluster, and between sidecars it obeys the oldest only. The
 * weights stay in the routes' own VirtualServices, to which this one delegates.
 * None where the host's routes are of the Gateway API, whose order Istio promises (`checkGatewayApiOrder`).
 */
export function renderHostRoutes(mesh: Mesh): KubeObject[] {
  const challenged = new Set(challengedHosts(mesh));
  return doorsOf(mesh)
    .filter((door) => door.routes.some(({ service, route }) => sharesHost(mesh, route) && !usesGatewayApi(service)))
    .map((door) =>
      renderHost(mesh, door, door.listener === "http" && challenged.has(door.host) ? renderChallengeRules(mesh) : []),
    );
}

function renderHost(mesh: Mesh, door: Door, first: readonly Json[]): KubeObject {
  return {
    apiVersion: networkingOf(mesh.istio),
    kind: "VirtualService",
    metadata: { name: nameOf(door), namespace: istioNamespace, ...writtenBy(mesh, [door.host]) },
    spec: {
      gateways: gatewaysOf(door),
      hosts: [door.host],
      http: [
        ...first,
        ...door.routes.map((one) => ({
          name: one.route.name,
          match: [renderMatch(requestsOf(one, { listener: door.listener, hosts: [door.host] }))],
          delegate: { name: one.route.name, namespace: routeNamespace(one.service, one.route) },
        })),
      ],
    },
  };
}

/**
 * One of the gateways is enough and two would give every route twice: they
 * all open the same port of the same pods. By name, so that the order of the
 * file makes no difference.
 */
function gatewaysOf({ listener, routes }: Door): string[] {
  if (listener === "mesh") {
    return [meshGateway];
  }
  const names = routes.map(({ service, route }) => `${routeNamespace(service, route)}/${frontGatewayOf(route)}`);
  return names.toSorted().slice(0, 1);
}

/** `isthmus-http.www.example.org`, `isthmus-https-any.example.org` for `*.example.org`, `isthmus-http-any` for `*`. */
function nameOf({ listener, host }: Door): string {
  const start = `${ownRoutePrefix}${listener}`;
  const name = host.startsWith("*") ? `${start}-any${host.slice(1)}` : `${start}.${host}`;
  return name.length <= longestName ? name : `${start}-${createHash("sha256").update(host).digest("hex").slice(0, 32)}`;
}
