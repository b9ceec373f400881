import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { suggestName } from "../diagnostics/suggest.ts";
import { isAddress } from "../policies/address-block.ts";
import type { PolicyPod, Protocol } from "../policies/policy-pod.ts";
import { workloadKey } from "../policies/policy-pod.ts";
import type { PolicyWorld, WorldService } from "./policy-world.ts";

/** A pod, and the cluster that it is in. */
export interface PodEnd {
  readonly kind: "pod";
  readonly world: PolicyWorld;
  readonly pod: PolicyPod;
}

/** All pods that a name means: those of one workload in one cluster, and at least one. */
export interface PodsEnd {
  readonly kind: "pods";
  readonly pods: readonly [PodEnd, ...PodEnd[]];
}

/** What somebody connects to. */
export type TargetEnd = PodsEnd | ServiceEnd | { readonly kind: "address"; readonly address: string };

export interface ServiceEnd {
  readonly kind: "service";
  readonly namespace: string;
  readonly name: string;
  /** Its address outside of the cluster, where that is what was asked for. */
  readonly address?: string;
}

export interface NoEnd {
  readonly kind: "problem";
  readonly diagnostic: Diagnostic;
}

interface Named {
  readonly cluster: string | undefined;
  readonly namespace: string;
  readonly name: string;
}

/**
 * The pods that `NAMESPACE/POD` or `CLUSTER/NAMESPACE/POD` names. What a name
 * begins with is enough (`sample/helloworld-v1`) where all pods that have it
 * are of one workload.
 */
export function findSource(worlds: readonly PolicyWorld[], text: string, cluster: string | undefined): PodsEnd | NoEnd {
  const named = nameOf(text);
  if (named === undefined) {
    return problem("ISM553", `${text} does not name a pod.`, "Name it as NAMESPACE/POD, or CLUSTER/NAMESPACE/POD.");
  }
  return findPod(worlds, { ...named, cluster: named.cluster ?? cluster }, text);
}

/** What somebody connects to, as it is asked. */
export interface Aim {
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/**
 * The same for what is connected to: an address, a pod, or a Service. A
 * Service's own address is the Service; so is one of a load balancer of
 * `near`'s, at the Service's ports: others may have the same address.
 */
export function findTarget(worlds: readonly PolicyWorld[], aim: Aim, near: PolicyWorld): TargetEnd | NoEnd {
  const text = aim.to;
  if (isAddress(text)) {
    return findAddress(aim, near);
  }
  const named = nameOf(text);
  if (named === undefined) {
    return problem(
      "ISM553",
      `${text} is neither an address nor the name of a pod or Service.`,
      "Name it as NAMESPACE/POD, NAMESPACE/SERVICE, CLUSTER/NAMESPACE/POD or by its IP address.",
    );
  }
  const { namespace, name, cluster } = named;
  const asked = worlds.filter((one) => cluster === undefined || one.cluster === cluster);
  const exact = asked.filter((world) => podsNamed(world, named).length > 0);
  const service = asked.some((one) => serviceNamed(one, namespace, name) !== undefined);
  if (service && cluster === undefined && exact.length === 0) {
    return { kind: "service", namespace, name };
  }
  const isNear = exact.length > 0 ? exact.includes(near) : asked.includes(near) && workloadsOf(near, named).length > 0;
  return findPod(isNear ? [near] : asked, named, text);
}

/** The Service of that name in a cluster. */
export function serviceNamed({ services }: PolicyWorld, namespace: string, name: string): WorldService | undefined {
  return services.find((one) => one.namespace === namespace && one.name === name);
}

function findAddress({ to: address, port, protocol }: Aim, near: PolicyWorld): TargetEnd {
  const pod = near.pods.find((one) => one.ended !== true && !one.hostNetwork && one.addresses.includes(address));
  const service = near.services.find((one) => one.clusterAddresses.includes(address));
  if (pod !== undefined) {
    return { kind: "pods", pods: [{ kind: "pod", world: near, pod }] };
  }
  if (service !== undefined) {
    return { kind: "service", namespace: service.namespace, name: service.name };
  }
  const led = near.services.find(
    (one) =>
      one.ledAddresses.includes(address) &&
      one.ports.some((other) => other.port === port && other.protocol === protocol),
  );
  return led === undefined
    ? { kind: "address", address }
    : { kind: "service", namespace: led.namespace, name: led.name, address };
}

function nameOf(text: string): Named | undefined {
  const words = text.split("/");
  const [name = "", namespace = "", cluster] = words.toReversed();
  return words.length < 2 || words.length > 3 || words.includes("") ? undefined : { cluster, namespace, name };
}

function findPod(worlds: readonly PolicyWorld[], named: Named, text: string): PodsEnd | NoEnd {
  const asked = worlds.filter((one) => named.cluster === undefined || one.cluster === named.cluster);
  const found = asked.flatMap((world) => workloadsOf(world, named).map((pods) => ({ world, pods })));
  const [first] = found;
  if (first === undefined) {
    return noSuchPod(asked, named);
  }
  if (found.length > 1) {
    const names = found.map(({ world, pods: [pod] }) => `${world.cluster}/${pod.namespace}/${pod.name}`);
    return problem("ISM554", `${text} is ${names.join(" or ")}.`, "Name one of them.");
  }
  const { world, pods } = first;
  const [one, ...others] = pods;
  const endOf = (pod: PolicyPod): PodEnd => ({ kind: "pod", world, pod });
  return { kind: "pods", pods: [endOf(one), ...others.map(endOf)] };
}

/** The pods that the name means, a list for each workload; those that have ended where there are no others. */
function workloadsOf(world: PolicyWorld, named: Named): readonly (readonly [PolicyPod, ...PolicyPod[]])[] {
  const exact = podsNamed(world, named);
  const begun = world.pods.filter((pod) => pod.namespace === named.namespace && pod.name.startsWith(`${named.name}-`));
  const all = exact.length > 0 ? exact : begun;
  const living = all.filter((pod) => pod.ended !== true);
  const workloads = new Map<string, [PolicyPod, ...PolicyPod[]]>();
  for (const pod of living.length > 0 ? living : all) {
    const key = workloadKey(pod);
    const known = workloads.get(key);
    if (known === undefined) {
      workloads.set(key, [pod]);
    } else {
      known.push(pod);
    }
  }
  return [...workloads.values()];
}

function podsNamed({ pods }: PolicyWorld, { namespace, name }: Named): readonly PolicyPod[] {
  return pods.filter((pod) => pod.namespace === namespace && pod.name === name);
}

function noSuchPod(asked: readonly PolicyWorld[], { namespace, name }: Named): NoEnd {
  const there = [
    ...new Set(asked.flatMap(({ pods }) => pods.filter((pod) => pod.namespace === namespace).map((pod) => pod.name))),
  ];
  const near = suggestName(name, there);
  const clusters = asked.map(({ cluster }) => cluster).join(", ");
  return problem(
    "ISM553",
    `No pod ${namespace}/${name} is in ${clusters === "" ? "any cluster that answers" : clusters}.`,
    near === undefined
      ? there.length === 0
        ? `Namespace ${namespace} has no pods there: name a pod of another namespace, or start one.`
        : `Namespace ${namespace} has ${there.slice(0, 8).join(", ")}${there.length > 8 ? " and others" : ""}.`
      : `Did you mean ${namespace}/${near}?`,
  );
}

function problem(code: "ISM553" | "ISM554", detail: string, fix: string): NoEnd {
  return { kind: "problem", diagnostic: { ...errorOf(code), detail, fix } };
}
