import type { Service } from "../../model/mesh.ts";
import { isInBlock } from "../../policies/address-block.ts";
import { mutualTlsOf } from "../../policies/peer-authentication.ts";
import { serviceIn as serviceOf, servicePods, targetPortOf } from "../../policies/service-pods.ts";
import type { BypassFacts } from "../bypass-facts.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
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
        const key = `${bypass.namespace}/${bypass.deployment ?? bypass.pod} ${bypass.annotation} ${bypass.value}`;
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
  const { namespace, deployment, annotation, value } = first;
  const who = deployment === undefined ? `Pod ${namespace}/${first.pod}` : `Deployment ${namespace}/${deployment}`;
  const failing = past.filter(({ fails }) => fails !== undefined);
  const object =
    deployment === undefined
      ? { group: "", kind: "Pod", namespace, name: first.pod }
      : { group: "apps", kind: "Deployment", namespace, name: deployment };
  const show = ({ service, port, fails }: Past): string =>
    `${service.namespace}/${service.name} (port ${port})${fails === undefined ? "" : `, which ${fails}`}`;
  const ways =
    deployment === undefined
      ? []
      : [kubectl(one, "-n", namespace, "patch", "deployment", deployment, "--type=merge", "-p", without(first, past))];
  return [
    (failing.length > 0 ? problem : warning)("ISM599", {
      detail: `Pods of ${who} of ${one.cluster} call past their sidecar, by annotation ${annotation} (${value === "" ? "empty" : value}): ${past.map(show).join("; ")}. Such a call goes in clear text to pods of its own cluster alone: no route, no weight and no failover counts for it.`,
      fix: `Whoever deploys ${who} has to decide: where these calls are meant to be of the mesh, take them out of the annotation, also where it is written down${ways.length === 0 ? "" : `: ${ways[0] ?? ""}`}`,
      ...(failing.length === 0 || ways.length === 0 ? {} : { commands: ways }),
      cluster: one.cluster,
      object,
      breaks: past.map(({ service }) => callsTo(one.cluster, `${service.namespace}/${service.name}`)),
    }),
  ];
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

function isPast({ addresses = [] }: ServiceFacts, port: number, { annotation, value }: BypassFacts): boolean {
  const parts = value.split(",").map((part) => part.trim());
  const isIn = (address: string): boolean => parts.some((part) => part === "*" || isInBlock(address, part));
  switch (annotation) {
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
function without({ annotation, value }: BypassFacts, past: readonly Past[]): string {
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
