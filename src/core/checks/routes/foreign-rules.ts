import type { Service } from "../../model/mesh.ts";
import { destinationRulesOf, trafficPolicyRule } from "../../policies/client-tls.ts";
import { serviceIn, servicePods } from "../../policies/service-pods.ts";
import { hasLabels } from "../../model/labels.ts";
import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import type { MeshFacts } from "../facts.ts";
import { meshClusters, reachedClusters } from "../reached.ts";
import { objectOf } from "../subjects.ts";
import { kubectl } from "../commands.ts";

/** Istio merges the rules of one host: subsets of the older win, and the first traffic policy counts for all. */
export const foreignRules: Check = {
  id: "routes/foreign-rules",
  sentence: "services have no DestinationRule beside the mesh's own",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      facts.mesh.services.flatMap((service) => {
        const rules = destinationRulesOf(one, service);
        const own = rules.findIndex((rule) => rule.namespace === service.namespace && rule.name === service.name);
        const ours = rules[own];
        return (
          rules
            // A wildcard is merged with none: it counts only where no rule is for the service itself.
            .filter((rule) => rule !== ours && !rule.host.startsWith("*"))
            .map((rule) => {
              const older = own >= 0 && rules.indexOf(rule) < own;
              const clash = rule.subsets.filter((subset) =>
                service.versions.some(
                  (version) =>
                    version.name === subset.name &&
                    !(hasLabels(version.labels, subset.labels) && hasLabels(subset.labels, version.labels)),
                ),
              );
              const replaces = older && rule.trafficPolicy !== undefined && service.failover !== undefined;
              const wins = older && clash.length > 0;
              const strands = rule === trafficPolicyRule(one, service) && leadsNowhere(facts, rule, service);
              const harms = wins || replaces || strands;
              const object = {
                group: "networking.istio.io",
                kind: "DestinationRule",
                namespace: rule.namespace,
                name: rule.name,
              };
              return (harms ? problem : warning)("ISM478", {
                detail: `DestinationRule ${rule.namespace}/${rule.name} of ${one.cluster} is for ${rule.host} too. Istio merges it with ${service.namespace}/${service.name}${wins ? `: it is older, so that ${clash.map((subset) => subset.name).join(", ")} are the pods that it says` : ""}${describePolicy(rule, { replaces, strands, alone: ours?.trafficPolicy === undefined })}.`,
                fix: `Whoever wrote it has to decide: put what it is for into the mesh file, and delete it: ${kubectl(one)} -n ${rule.namespace} delete destinationrule ${rule.name}`,
                cluster: one.cluster,
                object,
                // What it does to callers inside says more than that it is there.
                needs: harms ? [] : [objectOf(one.cluster, object)],
                breaks: harms
                  ? [
                      objectOf(one.cluster, {
                        group: "networking.istio.io",
                        kind: "DestinationRule",
                        namespace: service.namespace,
                        name: service.name,
                      }),
                    ]
                  : [],
              });
            })
        );
      }),
    ),
};

type Rule = ReturnType<typeof destinationRulesOf>[number];

/** Goes before the labels of a pod's node (https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/). */
const localityLabel = "istio-locality";

/** Whether a rule sends requests to places only in which no pod of the service can be; false where it has none anywhere. */
function leadsNowhere(facts: MeshFacts, { trafficPolicy = {} }: Rule, service: Service): boolean {
  const { distributesTo = [] } = trafficPolicy;
  const running = reachedClusters(facts).filter((one) => (serviceIn(one, service)?.endpoints.length ?? 0) > 0);
  const places = running.flatMap(({ nodes }) => nodes.map(({ region, zone }) => [region, zone]));
  const allKnown =
    reachedClusters(facts).length === facts.clusters.length &&
    !running.some((one) => servicePods(one, service).some(({ labels }) => labels[localityLabel] !== undefined));
  return (
    distributesTo.length > 0 &&
    places.length > 0 &&
    allKnown &&
    !distributesTo.some((to) => places.some((place) => mayBeWithin(place, to)))
  );
}

/**
 * `west/a` is within `west/*`, `west` and `*` (https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting).
 * What a node does not say may be anything.
 */
function mayBeWithin(place: readonly string[], pattern: string): boolean {
  return pattern.split("/").every((part, index) => part === "*" || ["", part].includes(place[index] ?? ""));
}

function describePolicy(
  { trafficPolicy }: Rule,
  { replaces, strands, alone }: { readonly replaces: boolean; readonly strands: boolean; readonly alone: boolean },
): string {
  if (trafficPolicy === undefined) {
    return "";
  }
  if (strands) {
    return `, and its traffic policy sends requests to ${trafficPolicy.distributesTo?.join(", ") ?? ""} alone (localityLbSetting), where no node of a cluster that runs the service is: they fail with 503`;
  }
  if (replaces) {
    return ", and its traffic policy, the older one, counts for every version instead of the mesh file's failover";
  }
  return alone ? ", and its traffic policy counts for every version" : "";
}
