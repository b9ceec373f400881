import type { ObjectId } from "../../model/kube-object.ts";
import { routeNamespace } from "../../render/front-gateway.ts";
import { istioNamespace } from "../../render/names.ts";
import { frontRoutesOf } from "../../routing/hosts.ts";
import { usesGatewayApi } from "../../routing/version-service.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters, servicesAt } from "../reached.ts";
import { appliedObject, objectOf, serviceIn } from "../subjects.ts";

/** The annotation of a Service that does what `exportTo` does of other objects. */
export const exportAnnotation = "networking.istio.io/exportTo";

/**
 * Gateways are in Istio's own namespace: what is exported to others only does not
 * exist for them. A field that somebody added is none that an apply takes away
 * (https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule).
 */
export const visibility: Check = {
  id: "routes/visibility",
  sentence: "gateways see the services, versions and routes of the mesh",
  pre: false,
  run: (facts) => meshClusters(facts).flatMap((one) => [...hiddenServices(facts, one), ...hiddenRules(facts, one)]),
};

function hiddenServices({ mesh }: MeshFacts, one: ReachedCluster): readonly Finding[] {
  return mesh.services
    .filter(({ exported, routes }) => exported || routes.length > 0)
    .flatMap(({ namespace, name }) => {
      const found = one.services.find(({ service }) => service === `${namespace}/${name}`);
      const id = { group: "", kind: "Service", namespace, name };
      return found?.exportTo === undefined || isSeen(found.exportTo, namespace)
        ? []
        : [
            findingOf(one, id, {
              field: `annotation ${exportAnnotation}`,
              exportTo: found.exportTo,
              command: kubectl(one, "-n", namespace, "annotate", "service", name, `${exportAnnotation}-`),
            }),
          ];
    });
}

function hiddenRules(facts: MeshFacts, one: ReachedCluster): readonly Finding[] {
  const ofIstio = servicesAt(facts, one).filter((service) => !usesGatewayApi(service));
  const wanted = ofIstio.flatMap((service) => [
    { kind: "DestinationRule", namespace: service.namespace, name: service.name },
    ...frontRoutesOf(service).map((route) => ({
      kind: "VirtualService",
      namespace: routeNamespace(service, route),
      name: route.name,
    })),
  ]);
  return (one.routing.beside?.exported ?? [])
    .filter((object) =>
      wanted.some(
        ({ kind, namespace, name }) => kind === object.kind && namespace === object.namespace && name === object.name,
      ),
    )
    .filter(({ exportTo, namespace }) => !isSeen(exportTo, namespace))
    .map(({ kind, namespace, name, exportTo }) =>
      findingOf(
        one,
        { group: "networking.istio.io", kind, namespace, name },
        {
          field: "spec.exportTo",
          exportTo,
          command: kubectl(
            one,
            "-n",
            namespace,
            "patch",
            `${kind.toLowerCase()}.networking.istio.io`,
            name,
            "--type=merge",
            "-p",
            JSON.stringify({ spec: { exportTo: null } }),
          ),
        },
      ),
    );
}

function isSeen(exportTo: readonly string[], namespace: string): boolean {
  return exportTo.some((to) => to === "*" || to === istioNamespace || (to === "." && namespace === istioNamespace));
}

function findingOf(
  { cluster }: ReachedCluster,
  id: ObjectId,
  it: { readonly field: string; readonly exportTo: readonly string[]; readonly command: string },
): Finding {
  const { kind, namespace = "", name } = id;
  return problem("ISM538", {
    detail: `${kind} ${namespace}/${name} of ${cluster} is exported to ${it.exportTo.join(", ")} alone (${it.field}): for the gateways, which are in ${istioNamespace}, it does not exist.`,
    fix: "Take the field out, also where it is written down; or, where it is meant, take the service or its route out of the mesh file.",
    commands: [it.command],
    cluster,
    object: id,
    breaks: [objectOf(cluster, id), ...(kind === "Service" ? [serviceIn(cluster, `${namespace}/${name}`)] : [])],
    needs: [objectOf(cluster, id), appliedObject(cluster, id)],
  });
}
