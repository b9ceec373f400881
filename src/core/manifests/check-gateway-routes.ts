import { groupOf } from "../model/kube-object.ts";
import { meshGateway } from "../render/names.ts";
import type { CheckedService, Finding } from "./finding.ts";
import { fieldsAt } from "./pod-template.ts";

interface Parent {
  readonly group?: unknown;
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly namespace?: unknown;
}

/**
 * HTTPRoutes and GRPCRoutes of the folder for the service itself, where the mesh
 * file routes its callers inside the mesh too. Sidecars go by the routes of the
 * Gateway API for a Service before any VirtualService, and by them alone: what
 * none of them takes gets 404 (measured with Istio 1.31). A route of another
 * namespace is for the callers of that one
 * (https://gateway-api.sigs.k8s.io/geps/gep-1294/). A parent without `group` is of
 * the Gateway API's own group, so that no core Service is meant
 * (https://gateway-api.sigs.k8s.io/reference/spec/#parentreference).
 */
export function checkGatewayRoutes({ service, manifests }: CheckedService): readonly Finding[] {
  const inside = service.routes.filter(({ gateways }) => gateways.includes(meshGateway));
  const [first] = inside;
  if (first === undefined) {
    return [];
  }
  const names = inside.map(({ name }) => name).join(", ");
  return manifests.flatMap((object): readonly Finding[] => {
    const { namespace = service.namespace, name } = object.metadata;
    const parents = fieldsAt(object, ["spec"])?.["parentRefs"];
    const isForIt = (Array.isArray(parents) ? (parents as readonly (Parent | null)[]) : []).some(
      (parent) =>
        parent?.kind === "Service" &&
        parent.group === "" &&
        parent.name === service.name &&
        (parent.namespace ?? namespace) === service.namespace,
    );
    return groupOf(object.apiVersion) === "gateway.networking.k8s.io" && isForIt
      ? [
          {
            code: "ISM235",
            severity: "warning",
            object,
            detail: `${object.kind} ${name} is for Service ${service.name}, and so ${inside.length === 1 ? "is the mesh file's route" : "are the mesh file's routes"} ${names} for callers inside the mesh. Sidecars go by ${object.kind}s for a Service alone: the weights of the mesh file do not count for ${namespace === service.namespace ? "any caller" : `callers in ${namespace}`}, and a request that ${name} does not take gets 404.`,
            fix: "Take it out of the manifests, or out of the mesh file what it decides.",
          },
        ]
      : [];
  });
}
