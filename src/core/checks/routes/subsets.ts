import type { ObjectId } from "../../model/kube-object.ts";
import type { Service } from "../../model/mesh.ts";
import { serviceHost } from "../../render/names.ts";
import { usesGatewayApi } from "../../routing/version-service.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyFix, meshClusters } from "../reached.ts";
import { objectOf } from "../subjects.ts";

/** A gateway knows only the subsets of its own cluster's DestinationRules (docs/guides/check.md, complaint 16; https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/). */
export const subsets: Check = {
  id: "routes/subsets",
  sentence: "every cluster's DestinationRules have all versions",
  pre: false,
  run: (facts) =>
    // With routes of the Gateway API a version is a Service of its own, which is the drift of objects.
    facts.mesh.services
      .filter((one) => !usesGatewayApi(one))
      .flatMap((service) =>
        meshClusters(facts).flatMap((one) => {
          const rule = one.routing.destinationRules.find(
            (other) => other.namespace === service.namespace && other.name === service.name,
          );
          const missing = service.versions.filter((version) => {
            const labels = rule?.subsets.find((subset) => subset.name === version.name)?.labels;
            return labels === undefined || Object.entries(version.labels).some(([key, value]) => labels[key] !== value);
          });
          const [first] = missing;
          const foreign = rule !== undefined && rule.host !== serviceHost(service);
          return first === undefined && !foreign
            ? []
            : [
                problem("ISM444", {
                  detail:
                    rule === undefined
                      ? `${one.cluster} has no DestinationRule ${service.namespace}/${service.name}, so no version of the service can be chosen there, neither at its ingress nor for requests that come in from other networks.`
                      : foreign
                        ? `DestinationRule ${service.namespace}/${service.name} of ${one.cluster} is for ${rule.host}, not for ${serviceHost(service)}.`
                        : `DestinationRule ${service.namespace}/${service.name} of ${one.cluster} has no subset ${missing.map((version) => version.name).join(", ")} as the mesh file describes it: requests for ${missing.length === 1 ? "it" : "them"} end in 503 at the ingress, or are reset at the east-west gateway.`,
                  fix: applyFix,
                  cluster: one.cluster,
                  object: ruleId(service),
                  breaks: [objectOf(one.cluster, ruleId(service))],
                }),
              ];
        }),
      ),
};

function ruleId({ namespace, name }: Service): ObjectId {
  return { group: "networking.istio.io", kind: "DestinationRule", namespace, name };
}
