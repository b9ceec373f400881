import type { GatewayRouteFacts } from "../../core/checks/beside-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { ruleNameOf } from "../../core/checks/http-route-table.ts";
import { weightOfBackend } from "../../core/routing/version-service.ts";
import { gatewayApiVersion, meshLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listAllowed } from "./list-known.ts";
import { writtenBy } from "./written-by.ts";

const kinds = ["HTTPRoute", "GRPCRoute"].map((kind) => ({ apiVersion: gatewayApiVersion, kind }));

/** https://gateway-api.sigs.k8s.io/reference/spec/#parentreference */
interface ParentRef {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
}

interface Spec {
  readonly parentRefs?: readonly ParentRef[];
  readonly rules?: readonly Rule[];
}

interface Rule {
  readonly name?: string;
  readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[];
}

/**
 * The routes of the Gateway API in all namespaces, by which what proxies hold
 * gets the name of an object. None of a kind that is not served, or may not be
 * listed: rights of accounts that name each kind may not have these, and what
 * the routes do is seen in the proxies all the same.
 */
export async function readGatewayRoutes(
  client: KubeClient,
  signal: AbortSignal,
): Promise<readonly GatewayRouteFacts[]> {
  return (await listGatewayRoutes(client, signal)).map(readOne);
}

/** The HTTPRoutes and GRPCRoutes of all namespaces as they are; none of a kind that is not served, or may not be listed. */
export async function listGatewayRoutes(client: KubeClient, signal: AbortSignal): Promise<readonly KubeObject[]> {
  return listAllowed(client, kinds, signal);
}

function readOne(object: KubeObject): GatewayRouteFacts {
  const { namespace = "", name, labels = {} } = object.metadata;
  const { parentRefs = [], rules = [] } = (object["spec"] ?? {}) as Spec;
  return {
    kind: object.kind as GatewayRouteFacts["kind"],
    namespace,
    name,
    parents: parentRefs.flatMap((parent) => parentOf(parent, namespace)),
    rules: rules.map((rule, index) => rule.name ?? ruleNameOf({ namespace, name }, index)),
    ...weightsOf(rules),
    ...(meshLabel in labels ? { own: true } : {}),
    written: writtenBy(object),
  };
}

function weightsOf([first]: readonly Rule[]): Pick<GatewayRouteFacts, "weights"> {
  const entries = (first?.backendRefs ?? []).map((one) => [one.name, weightOfBackend(one)] as const);
  return entries.length === 0 ? {} : { weights: Object.fromEntries(entries) };
}

function parentOf(
  { group = "gateway.networking.k8s.io", kind = "Gateway", namespace, name }: ParentRef,
  ofRoute: string,
): GatewayRouteFacts["parents"] {
  const place = { namespace: namespace ?? ofRoute, name };
  if (kind === "Service" && group === "") {
    return [{ kind, ...place }];
  }
  return kind === "Gateway" && group === "gateway.networking.k8s.io" ? [{ kind, ...place }] : [];
}
