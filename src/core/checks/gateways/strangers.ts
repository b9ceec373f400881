import { hasLabels } from "../../model/labels.ts";
import { eastWestGateway } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { GatewayFacts, StrangerPod } from "../control-plane-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { meshClusters, placesOfGateway } from "../reached.ts";

/** Gateways are known by a label alone: whatever else carries it gets connections that are meant for them. */
export const strangers: Check = {
  id: "gateways/strangers",
  sentence: "no other pod stands for a gateway",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.gateways.flatMap((gateway) =>
        [...byOwner(gateway.strangers ?? []).values()].map((pods) => findingOf(one, gateway, pods)),
      ),
    ),
};

function byOwner(pods: readonly StrangerPod[]): ReadonlyMap<string, readonly StrangerPod[]> {
  const groups = new Map<string, readonly StrangerPod[]>();
  for (const pod of pods) {
    const owner = pod.owner ?? { kind: "Pod", name: pod.name };
    const key = `${owner.kind}/${owner.name}`;
    groups.set(key, [...(groups.get(key) ?? []), pod]);
  }
  return groups;
}

function findingOf(one: ReachedCluster, { name, service }: GatewayFacts, pods: readonly StrangerPod[]): Finding {
  const { namespace, service: serviceName } = placesOfGateway(one, name);
  const [first] = pods;
  const owner = first?.owner ?? { kind: "Pod", name: first?.name ?? "" };
  const selector = service?.selector ?? {};
  const taken = pods.filter(
    ({ ready, labels }) => ready && Object.keys(selector).length > 0 && hasLabels(labels, selector),
  );
  const who = name === eastWestGateway ? "proxies of other networks" : "clients";
  const which = `${owner.kind} ${namespace}/${owner.name} of ${one.cluster}${owner.kind === "Pod" ? "" : ` (${pods.map((pod) => pod.name).join(", ")})`}`;
  const common = {
    cluster: one.cluster,
    object: { group: groupOf(owner.kind), kind: owner.kind, namespace, name: owner.name },
    ...wayOut(one, { namespace, ...owner }, pods),
  };
  return taken.length > 0
    ? problem("ISM568", {
        detail: `${which} carries the labels by which Service ${namespace}/${serviceName} finds its pods, and runs no gateway: it gets a share of the connections of ${who}, and answers none of them as ${name} would.`,
        ...common,
      })
    : warning("ISM568", {
        detail: `${which} carries the label istio=${first?.labels["istio"] ?? ""}, by which Gateways and tools find the pods of ${name}, and runs no gateway.`,
        ...common,
      });
}

function groupOf(kind: string): string {
  return ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"].includes(kind)
    ? "apps"
    : kind === "Job"
      ? "batch"
      : "";
}

const withoutLabel = JSON.stringify([{ op: "remove", path: "/spec/template/metadata/labels/istio" }]);

/** A workload that selects its pods by the label cannot do without it, so that it stands still until it is made anew. */
function wayOut(
  one: ReachedCluster,
  { namespace, kind, name }: { readonly namespace: string; readonly kind: string; readonly name: string },
  pods: readonly StrangerPod[],
): Pick<Finding, "fix" | "commands"> {
  const run = (...words: readonly string[]): string => kubectl(one, "-n", namespace, ...words);
  if (kind === "Pod") {
    return { fix: "Take the label away from it.", commands: [run("label", "pod", name, "istio-")] };
  }
  if (kind === "Deployment" && pods.every(({ selected }) => selected !== true)) {
    return {
      fix: "Take the label out of its pods' template, also where it is written down.",
      commands: [run("patch", "deployment", name, "--type=json", "-p", withoutLabel)],
    };
  }
  return kind === "Deployment" || kind === "StatefulSet" || kind === "ReplicaSet"
    ? {
        fix: "It selects its own pods by the label, so that whoever deploys it has to make it anew with other labels. Until then let none of its pods run.",
        commands: [run("scale", kind.toLowerCase(), name, "--replicas=0")],
      }
    : {
        fix: `Whoever deploys it has to give its pods other labels: ${run("get", kind.toLowerCase(), name, "-o", "yaml")}`,
      };
}
