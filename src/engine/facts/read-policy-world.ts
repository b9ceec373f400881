import type { PolicyWorld, WorldService } from "../../core/netpol/policy-world.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import { policyFactsOf } from "../../core/policies/policy-facts-of.ts";
import type { PolicyPod } from "../../core/policies/policy-pod.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listEverywhere } from "./list-known.ts";
import { listOtherPolicies } from "./read-other-policies.ts";
import { readPod } from "./read-pods.ts";
import type { WireServicePort } from "./read-service-port.ts";
import { readServicePort } from "./read-service-port.ts";
import { ledAddresses, serviceAddresses } from "./service-addresses.ts";

/** Everything in a cluster that NetworkPolicies decide over, in all namespaces: pods, Services and the policies themselves. */
export async function readPolicyWorld(
  client: KubeClient,
  { name, network, eastWest }: Pick<Cluster, "name" | "network" | "eastWest">,
  signal: AbortSignal,
): Promise<PolicyWorld> {
  const [namespaces, pods, services, policies, otherPolicies] = await Promise.all([
    client.list({ apiVersion: "v1", kind: "Namespace" }, { signal }),
    client.list({ apiVersion: "v1", kind: "Pod" }, { signal }),
    client.list({ apiVersion: "v1", kind: "Service" }, { signal }),
    listEverywhere(client, { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" }, signal),
    listOtherPolicies(client, signal),
  ]);
  const labelsOf = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  return {
    kind: "reached",
    cluster: name,
    network,
    ...(eastWest === undefined ? {} : { eastWest }),
    pods: pods.map((pod) => readPolicyPod(pod, labelsOf.get(pod.metadata.namespace ?? "") ?? {})),
    services: services.map(readWorldService),
    policies: policies.map(policyFactsOf),
    otherPolicies,
  };
}

function readPolicyPod(object: KubeObject, labels: Readonly<Record<string, string>>): PolicyPod {
  const { namespace, name, labels: own, addresses, hostNetwork, ports, proxy } = readPod(object);
  const { phase } = (object["status"] ?? {}) as { readonly phase?: string };
  const { nodeName } = (object["spec"] ?? {}) as { readonly nodeName?: string };
  return {
    namespace,
    name,
    labels: own,
    namespaceLabels: { "kubernetes.io/metadata.name": namespace, ...labels },
    addresses,
    hostNetwork,
    ...(phase === "Succeeded" || phase === "Failed" ? { ended: true } : {}),
    ...(proxy ? { proxy } : {}),
    ...(nodeName === undefined ? {} : { node: nodeName }),
    ports,
  };
}

function readWorldService(object: KubeObject): WorldService {
  const spec = (object["spec"] ?? {}) as {
    readonly type?: string;
    readonly externalName?: string;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly ports?: readonly WireServicePort[];
    readonly selector?: Readonly<Record<string, string>>;
  };
  return {
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name,
    selector: spec.selector ?? {},
    ...(spec.type === "ExternalName" ? { externalName: spec.externalName ?? "" } : {}),
    clusterAddresses: (spec.clusterIPs ?? [spec.clusterIP ?? ""]).filter((one) => one !== "" && one !== "None"),
    outsideAddresses: serviceAddresses(object),
    ledAddresses: ledAddresses(object),
    ports: (spec.ports ?? []).map(readServicePort),
  };
}
