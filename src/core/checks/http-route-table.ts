import type { KubeObject } from "../model/kube-object.ts";
import { serviceHost } from "../render/names.ts";
import { weightOfBackend } from "../routing/version-service.ts";
import { askConnections, isOfConnections } from "./connection-table.ts";
import type { AskedRoutes } from "./route-table.ts";
import { askRoutes, nameOf, sharesOf } from "./route-table.ts";

interface HttpRouteSpec {
  readonly rules?: readonly HttpRule[];
}

interface HttpRule {
  readonly name?: string;
  readonly matches?: readonly { readonly path?: { readonly value?: string } }[];
  readonly backendRefs?: readonly {
    readonly name: string;
    readonly namespace?: string;
    readonly weight?: number;
  }[];
}

/** What ingress gateways have to hold of these objects: VirtualServices as `askRoutes` and `askConnections` have them, and the rules of HTTPRoutes. Others are passed over. With `only` just what that one asks for. */
export function askHeld(objects: readonly KubeObject[], only?: KubeObject): readonly AskedRoutes[] {
  const ofKind = (kind: string): readonly KubeObject[] => objects.filter((one) => one.kind === kind);
  if (only?.kind === "HTTPRoute") {
    return askHttpRoute(only);
  }
  if (only !== undefined && isOfConnections(only)) {
    return askConnections(only);
  }
  const ofIstio = ofKind("VirtualService");
  return [
    ...askRoutes(
      ofIstio.filter((one) => !isOfConnections(one)),
      only,
    ),
    ...(only === undefined ? ofIstio.flatMap(askConnections) : []),
    ...(only === undefined ? ofKind("HTTPRoute").flatMap(askHttpRoute) : []),
  ];
}

/**
 * The rules of an HTTPRoute, by the names that istiod gives them
 * (istio.io/istio, pilot/pkg/config/kube/gateway/conversion.go): a route of a
 * proxy for each match, to the Services that have a weight.
 */
function askHttpRoute({ metadata: { name, namespace = "" }, ...object }: KubeObject): readonly AskedRoutes[] {
  const { rules = [] } = ((object as { readonly spec?: unknown }).spec ?? {}) as HttpRouteSpec;
  return rules.map(({ name: own, matches = [{}], backendRefs = [] }, index) => {
    const shares = sharesOf(
      backendRefs.map((one) => ({
        name: nameOf(serviceHost({ name: one.name, namespace: one.namespace ?? namespace }), ""),
        weight: weightOfBackend(one),
      })),
    );
    return {
      key: own ?? ruleNameOf({ namespace, name }, index),
      asked: matches.map(({ path }) => ({ path: path?.value ?? "/", shares })),
      others: [],
    };
  });
}

/** What proxies call a rule of an HTTPRoute or GRPCRoute that has no name of its own, by its place from 0. */
export function ruleNameOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  place = 0,
): string {
  return `${namespace}.${name}.${place}`;
}
