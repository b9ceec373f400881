import type { Service } from "../../model/mesh.ts";
import { isInBlock } from "../../policies/address-block.ts";
import { mutualTlsOf } from "../../policies/peer-authentication.ts";
import { serviceIn as serviceOf, servicePods, targetPortOf } from "../../policies/service-pods.ts";
import type { BypassAnnotation, BypassFacts } from "../bypass-facts.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl, kubectlCommand } from "../commands.ts";
import type { MeshFacts, ReachedCluster, ServiceFacts } from "../facts.ts";
import { meshClusters, reachedClusters } from "../reached.ts";
import { callsTo } from "../subjects.ts";

/** A pod may have a sidecar and not ask it: then nothing of the mesh holds for its calls, and no proxy shows them. */
export const callsPastSidecars: Check = {
  id: "services/calls-past-sidecars",
  sentence: "pods call the mesh's services through their sidecars",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const groups = new Map<string, readonly BypassFacts[]>();
      for (const bypass of one.bypasses ?? []) {
        const key = `${bypass.namespace}/${bypass.deployment ?? bypass.pod} ${bypass.by} ${bypass.value}`;
        groups.set(key, [...(groups.get(key) ?? []), bypass]);
      }
      return [...groups.values()].flatMap((all) => findingOf(facts, one, all));
    }),
};

interface Past {
  readonly service: Service;
  readonly port: number;
  /** What such a call meets; undefined where a pod of its own cluster answers it. */
  readonly fails: string | undefined;
}

function findingOf(facts: MeshFacts, one: ReachedCluster, all: readonly BypassFacts[]): readonly Finding[] {
  const [first] = all;
  const past =
    first === undefined ? [] : facts.mesh.services.flatMap((service) => pastOf(facts, one, { service, bypass: first }));
  if (first === undefined || past.length === 0) {
    return [];
  }
  const { namespace, deployment } = first;
  const who = deployment === undefined ? `Pod ${namespace}/${first.pod}` : `Deployment ${namespace}/${deployment}`;
  const failing = past.filter(({ fails }) => fails !== undefined);
  const object =
    deployment === undefined
      ? { group: "", kind: "Pod", namespace, name: first.pod }
      : { group: "apps", kind: "Deployment", namespace, name: deployment };
  const show = ({ service, port, fails }: Past): string =>
    `${service.namespace}/${service.name} (port ${port})${fails === undefined ? "" : `, which ${fails}`}`;
  return [
    (failing.length > 0 ? problem : warning)("ISM599", {
      detail: `Pods of ${who} of ${one.cluster} call past their sidecar, ${becauseOf(first)}: ${past.map(show).join("; ")}. Such a call goes in clear text to pods of its own cluster alone: no route, no weight and no failover counts for it.`,
      ...wayBack(one, { who, object, bypass: first, past }, failing.length > 0),
      cluster: one.cluster,
      object,
      breaks: past.map(({ service }) => callsTo(one.cluster, `${service.namespace}/${service.name}`)),
    }),
  ];
}

function becauseOf({ by, value }: BypassFacts): string {
  switch (by) {
    case "runAsUser":
    case "runAsGroup":
      return `since a container of theirs runs as ${by === "runAsUser" ? "user" : "group"} ${value} (${by}), which is the sidecar's own: what that one sends is let out`;
    default:
      return `by annotation ${by} (${value === "" ? "empty" : value})`;
  }
}

function wayBack(
  one: ReachedCluster,
  { who, object, bypass, past }: Meant,
  fails: boolean,
): Pick<Finding, "fix" | "commands"> {
  const { by } = bypass;
  const decide = `Whoever deploys ${who} has to decide`;
  if (by === "runAsUser" || by === "runAsGroup") {
    return {
      fix: `${decide}: have the container run as another ${by === "runAsUser" ? "user" : "group"}, also where it is written down: ${kubectlCommand(one, object.kind === "Pod" ? "get" : "edit", object)}`,
    };
  }
  const where = `${decide}: where these calls are meant to be of the mesh, take them out of the annotation, also where it is written down`;
  if (object.kind === "Pod") {
    return { fix: where };
  }
  const patch = without(by, bypass.value, past);
  const way = kubectl(one, "-n", object.namespace, "patch", "deployment", object.name, "--type=merge", "-p", patch);
  return { fix: `${where}: ${way}`, ...(fails ? { commands: [way] } : {}) };
}

interface Meant {
  readonly who: string;
  readonly object: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string };
  readonly bypass: BypassFacts;
  readonly past: readonly Past[];
}

function pastOf(
  facts: MeshFacts,
  one: ReachedCluster,
  { service, bypass }: { readonly service: Service; readonly bypass: BypassFacts },
): readonly Past[] {
  const here = serviceOf(one, service);
  return (here?.servicePorts ?? [])
    .filter(({ port, protocol }) => protocol === "TCP" && here !== undefined && isPast(here, port, bypass))
    .map(({ port }) => ({ service, port, fails: whyFailing(facts, one, { service, port }) }));
}

function isPast({ addresses = [] }: ServiceFacts, port: number, { by, value }: BypassFacts): boolean {
  const parts = value.split(",").map((part) => part.trim());
  const isIn = (address: string): boolean => parts.some((part) => part === "*" || isInBlock(address, part));
  switch (by) {
    case "runAsUser":
    case "runAsGroup":
      return true;
    case "traffic.sidecar.istio.io/excludeOutboundPorts":
      return parts.includes("*") || parts.includes(String(port));
    case "traffic.sidecar.istio.io/excludeOutboundIPRanges":
      return addresses.some(isIn);
    case "traffic.sidecar.istio.io/includeOutboundIPRanges":
      return addresses.some((address) => !isIn(address));
  }
}

function whyFailing(
  facts: MeshFacts,
  one: ReachedCluster,
  { service, port }: { readonly service: Service; readonly port: number },
): string | undefined {
  const here = serviceOf(one, service);
  if ((here?.endpoints.length ?? 0) === 0) {
    const others = reachedClusters(facts).filter((other) => (serviceOf(other, service)?.endpoints.length ?? 0) > 0);
    return others.length === 0
      ? undefined
      : `has pods in ${others.map(({ cluster }) => cluster).join(", ")} alone, so that they are refused`;
  }
  const strict = servicePods(one, service).some((pod) => {
    const target = here === undefined ? undefined : targetPortOf(here, port, pod);
    return target !== undefined && pod.proxy && mutualTlsOf(one.peerAuthentications, pod, target).mode === "STRICT";
  });
  return strict ? "takes no clear text (mTLS STRICT), so that they are reset" : undefined;
}

/** The annotation without what leads past; what else it has stays. */
function without(annotation: BypassAnnotation, value: string, past: readonly Past[]): string {
  const ports = new Set(past.map(({ port }) => String(port)));
  const rest = annotation.endsWith("Ports")
    ? value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "*" && !ports.has(part))
    : [];
  return JSON.stringify({
    spec: { template: { metadata: { annotations: { [annotation]: rest.length === 0 ? null : rest.join(",") } } } },
  });
}
