import { istioNamespace, networkLabel } from "../../render/names.ts";
import { hasLabels } from "../../model/labels.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, remake, restart } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { PodFacts } from "../pod-facts.ts";
import { meshClusters, networkOf } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { injectorTemplate } from "../injector-subjects.ts";
import { gatewayPods, serviceIn } from "../subjects.ts";

/**
 * The injector gives it to pods with a sidecar. Without it istiod has other
 * proxies send to the pod in plain text, and leaves the pod out of what other
 * networks reach (istio.io/istio, pilot/pkg/xds/endpoints: `EndpointsByNetworkFilter`).
 */
const tlsModeLabel = "security.istio.io/tlsMode";

/** Another label of the injector's, by which it is known that it had a pod in its hands. */
const injectorLabel = "service.istio.io/canonical-revision";

/**
 * The label of a pod goes before that of its namespace and before the network
 * of its cluster (istio.io/istio, pilot/pkg/serviceregistry/kube/controller: `Network`).
 * And a pod that is not labelled as one that takes mTLS is in no network for the others.
 */
export const podLabels: Check = {
  id: "network/pod-labels",
  sentence: "pods are in the network of their cluster",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const own = networkOf(facts, one.cluster);
      const elsewhere = one.pods.filter(
        ({ labels }) => labels[networkLabel] !== undefined && labels[networkLabel] !== own,
      );
      return [
        ...[...byOwner(elsewhere).values()].map((pods) => findingOf(facts, one, pods)),
        ...plainPods(facts, one, own),
      ];
    }),
};

/** Pods of services with sidecars that are not labelled so; of no interest where nobody is in another network. */
function plainPods(facts: MeshFacts, one: ReachedCluster, own: string): readonly Finding[] {
  if (facts.mesh.clusters.every(({ network }) => network === own)) {
    return [];
  }
  const plain = one.pods.filter(({ proxy, labels }) => {
    const mode = labels[tlsModeLabel];
    return proxy && (mode === undefined ? labels[injectorLabel] !== undefined : mode !== "istio");
  });
  return [...byOwner(plain).values()].flatMap((pods) => {
    const services = servicesOf(one, pods[0]);
    return services.length === 0 ? [] : [plainFinding(one, pods, services)];
  });
}

function plainFinding(
  one: ReachedCluster,
  pods: readonly [PodFacts, ...PodFacts[]],
  services: readonly string[],
): Finding {
  const [first] = pods;
  const { namespace, owner = { kind: "Pod", name: first.name } } = first;
  const mode = first.labels[tlsModeLabel];
  const alone = pods.length === 1;
  const has = mode === undefined ? (alone ? "lacks" : "lack") : alone ? "has" : "have";
  return problem("ISM765", {
    detail: `${pods.map(({ name }) => name).join(", ")} of ${services.join(", ")} in ${one.cluster} ${has} the label ${tlsModeLabel}=${mode ?? "istio"}: istiod has proxies send plain text to ${alone ? "it" : "them"}, and the east-west gateway, which hands on mTLS alone, does not know ${alone ? "it" : "them"}. No other network reaches ${alone ? "it" : "them"}.`,
    ...(mode === undefined && owner.kind === "Deployment"
      ? {
          fix: "Have the pods made anew: the injector gives them the label.",
          commands: [restart(one, namespace, owner.name)],
        }
      : wayBack(one, namespace, owner, tlsModeLabel)),
    cluster: one.cluster,
    object: { group: owner.kind === "Pod" ? "" : "apps", kind: owner.kind, namespace, name: owner.name },
    breaks: services.map((service) => serviceIn(one.cluster, service)),
  });
}

function byOwner(pods: readonly PodFacts[]): ReadonlyMap<string, readonly [PodFacts, ...PodFacts[]]> {
  const groups = new Map<string, readonly [PodFacts, ...PodFacts[]]>();
  for (const pod of pods) {
    const owner = pod.owner ?? { kind: "Pod", name: pod.name };
    const key = `${pod.namespace} ${owner.kind}/${owner.name}`;
    const known = groups.get(key);
    groups.set(key, known === undefined ? [pod] : [...known, pod]);
  }
  return groups;
}

function findingOf(facts: MeshFacts, one: ReachedCluster, pods: readonly [PodFacts, ...PodFacts[]]): Finding {
  const [first] = pods;
  const { namespace, owner = { kind: "Pod", name: first.name } } = first;
  const label = `${networkLabel}=${first.labels[networkLabel] ?? ""}`;
  const named = `${owner.kind} ${namespace}/${owner.name}`;
  return problem("ISM567", {
    detail: `${pods.map(({ name }) => name).join(", ")}${owner.kind === "Pod" ? "" : ` of ${named}`} in ${one.cluster} ${pods.length === 1 ? "has" : "have"} the label ${label}, and the cluster is in network ${networkOf(facts, one.cluster)}: istiod takes ${pods.length === 1 ? "it" : "them"} for pods of that network, behind gateways of which there are none, or of another cluster.`,
    ...wayBack(one, namespace, owner, networkLabel),
    cluster: one.cluster,
    object: { group: owner.kind === "Pod" ? "" : "apps", kind: owner.kind, namespace, name: owner.name },
    breaks: partsOf(facts, one, first),
    // The injector gives the label of its own configuration to pods that have none.
    needs: [injectorTemplate(one.cluster)],
    ...(owner.kind === "Deployment"
      ? { afterwards: { of: injectorTemplate(one.cluster), commands: remake(one, namespace, owner.name) } }
      : {}),
  });
}

function wayBack(
  one: ReachedCluster,
  namespace: string,
  { kind, name }: { readonly kind: string; readonly name: string },
  label: string,
): Pick<Finding, "fix" | "commands"> {
  if (kind === "Deployment") {
    const withoutLabel = JSON.stringify({ spec: { template: { metadata: { labels: { [label]: null } } } } });
    return {
      fix: "Take the label out of the pods' template, where it stands there, also where that is written down, and have the pods made anew.",
      commands: [
        kubectl(one, "-n", namespace, "patch", "deployment", name, "--type=merge", "-p", withoutLabel),
        restart(one, namespace, name),
      ],
    };
  }
  return {
    fix: `Whoever deploys it has to make its pods without the label ${label} of its own: ${kubectl(one, "-n", namespace, "get", kind.toLowerCase(), name, "-o", "yaml")}`,
  };
}

/** The gateway, or the services, that the pods are of. */
function partsOf(facts: MeshFacts, one: ReachedCluster, pod: PodFacts): readonly Subject[] {
  const gateways = one.gateways.filter(
    ({ name }) => pod.namespace === istioNamespace && pod.labels["istio"] === name.slice("istio-".length),
  );
  return [
    ...gateways.map(({ name }) => gatewayPods(one.cluster, name)),
    ...servicesOf(one, pod).map((service) => serviceIn(one.cluster, service)),
  ];
}

function servicesOf(one: ReachedCluster, pod: PodFacts): readonly string[] {
  return one.services
    .filter(
      ({ service, selector }) =>
        service.startsWith(`${pod.namespace}/`) && Object.keys(selector).length > 0 && hasLabels(pod.labels, selector),
    )
    .map(({ service }) => service);
}
