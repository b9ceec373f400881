import type { ObjectId } from "../../model/kube-object.ts";
import { selectsLabels } from "../../policies/label-selector.ts";
import { istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { MeshConfigFacts } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { appliedObject, meshConfiguration, requestsTo, serviceIn, trustBetween } from "../subjects.ts";

/** Settings of istiod itself that leave services of the mesh out: no object in the services' namespaces shows them. */
export const meshConfig: Check = {
  id: "control-plane/mesh-config",
  sentence: "istiod looks at the mesh's services, tells everybody of them, and has one trust domain",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const { meshConfig: config } = one.istiod;
      return config === undefined
        ? []
        : [...leftOut(facts, one, config), ...hidden(facts, one, config), ...otherDomain(facts, one, config)];
    }),
};

function leftOut(facts: MeshFacts, one: ReachedCluster, config: MeshConfigFacts): readonly Finding[] {
  const names = new Set([istioNamespace, ...facts.mesh.services.map(({ namespace }) => namespace)]);
  const lost = one.namespaces.filter(
    ({ name, labels }) =>
      names.has(name) &&
      config.discoverySelectors.length > 0 &&
      !config.discoverySelectors.some((selector) =>
        selectsLabels(selector, { "kubernetes.io/metadata.name": name, ...labels }),
      ),
  );
  const services = facts.mesh.services.filter(({ namespace }) => lost.some(({ name }) => name === namespace));
  return lost.length === 0
    ? []
    : [
        problem("ISM623", {
          detail: `The discoverySelectors of istiod's mesh configuration in ${one.cluster} select no label of ${lost.map(({ name }) => `namespace ${name}`).join(" and ")}: istiod does not look there, in no cluster, and proxies of ${one.cluster} know nothing of ${services.length === 0 ? "what is in it" : services.map(({ namespace, name }) => `${namespace}/${name}`).join(", ")}.`,
          ...decidedBy(
            one,
            config,
            "have them select these namespaces, or give the namespaces a label that they select",
          ),
          breaks: [
            meshConfiguration(one.cluster),
            ...services.map(({ namespace, name }) => serviceIn(one.cluster, `${namespace}/${name}`)),
          ],
        }),
      ];
}

const kinds = {
  services: "Services (defaultServiceExportTo)",
  virtualServices: "VirtualServices (defaultVirtualServiceExportTo)",
  destinationRules: "DestinationRules (defaultDestinationRuleExportTo)",
} as const;

/** Gateways are in Istio's namespace, and callers in those of the services at least: which of them call which is not known. */
function hidden(facts: MeshFacts, one: ReachedCluster, config: MeshConfigFacts): readonly Finding[] {
  // An annotation of a Service's own goes before.
  const services = facts.mesh.services.filter(
    ({ namespace, name }) =>
      one.services.find(({ service }) => service === `${namespace}/${name}`)?.exportTo === undefined,
  );
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))];
  return (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind): readonly Finding[] => {
    const to = config.exportTo[kind];
    if (to === undefined || services.length === 0) {
      return [];
    }
    const fromGateways = services.some(({ exported, routes }) => exported || routes.length > 0);
    const fails = fromGateways && !to.includes(istioNamespace);
    const callers = namespaces.filter(
      (namespace) => !to.includes(namespace) && !(namespaces.length === 1 && to.includes(".")),
    );
    const who = [
      ...(fails ? [`the gateways (${istioNamespace})`] : []),
      ...callers.map((name) => `callers in ${name}`),
    ];
    return who.length === 0
      ? []
      : [
          (fails ? problem : warning)("ISM624", {
            detail: `By istiod's mesh configuration in ${one.cluster} ${kinds[kind]} are told to ${to.join(", ")} alone, where they do not say it themselves: ${who.join(", ")} do not know those of other namespaces.`,
            ...decidedBy(
              one,
              config,
              `have them told to everybody ("*"), or to ${[istioNamespace, ...namespaces].join(", ")}`,
            ),
            breaks: [
              meshConfiguration(one.cluster),
              ...services.map(({ namespace, name }) => serviceIn(one.cluster, `${namespace}/${name}`)),
            ],
          }),
        ];
  });
}

/** Proxies hold the identity of whom they call against trust domains that they know: their own and its aliases. */
function otherDomain(facts: MeshFacts, one: ReachedCluster, config: MeshConfigFacts): readonly Finding[] {
  const others = meshClusters(facts).filter(
    ({ cluster, istiod }) =>
      cluster !== one.cluster &&
      istiod.meshConfig !== undefined &&
      istiod.meshConfig.trustDomain !== config.trustDomain &&
      !config.trustDomainAliases.includes(istiod.meshConfig.trustDomain),
  );
  return others.length === 0
    ? []
    : [
        problem("ISM625", {
          detail: `istiod of ${one.cluster} has trust domain ${config.trustDomain}, and takes no workload of ${others.map(({ cluster, istiod }) => `${cluster} (${istiod.meshConfig?.trustDomain ?? ""})`).join(", ")} for one of the mesh: proxies of ${one.cluster} refuse what these show.`,
          ...decidedBy(
            one,
            config,
            `give all clusters one trustDomain, or name ${others.map(({ istiod }) => istiod.meshConfig?.trustDomain ?? "").join(", ")} in trustDomainAliases of ${one.cluster}, and restart istiod and the proxies`,
          ),
          // Whichever of the two somebody has edited, both say it.
          needs: [one, ...others].map((each) =>
            appliedObject(each.cluster, configMapOf(each.istiod.meshConfig ?? config)),
          ),
          breaks: others.flatMap(({ cluster }) => [
            trustBetween(one.cluster, cluster),
            ...facts.mesh.services.map(({ namespace, name }) => requestsTo(cluster, `${namespace}/${name}`)),
          ]),
        }),
      ];
}

function decidedBy(
  one: ReachedCluster,
  { name }: MeshConfigFacts,
  what: string,
): Pick<Finding, "fix" | "cluster" | "object" | "needs"> {
  const object = configMapOf({ name });
  return {
    fix: `Whoever installs Istio there has to decide: ${what} (meshConfig): ${kubectl(one, "-n", istioNamespace, "get", "configmap", name, "-o", "yaml")}`,
    cluster: one.cluster,
    object,
    needs: [appliedObject(one.cluster, object)],
  };
}

function configMapOf({ name }: Pick<MeshConfigFacts, "name">): ObjectId {
  return { group: "", kind: "ConfigMap", namespace: istioNamespace, name };
}
