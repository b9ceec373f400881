import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import type { KubeObject, ObjectId } from "../model/kube-object.ts";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import type { MatrixPort, Openness, PolicyMatrix } from "./policy-matrix.ts";
import { policyMatrix } from "./policy-matrix.ts";
import type { PolicyWorld } from "./policy-world.ts";

/** Connections to pods that are alike, at one port. */
export interface ChangedConnections extends MatrixPort {
  readonly to: string;
  /** Pods that are alike, by name. */
  readonly from: readonly string[];
}

/** What a change of NetworkPolicies does to connections of the pods that are there. */
export interface PolicyChange {
  readonly opens: readonly ChangedConnections[];
  readonly closes: readonly ChangedConnections[];
}

/**
 * Which new connections come about, and which ones do not any more, when these
 * policies are written, those are deleted and the others stay: between all pods
 * of the cluster at the ports that they listen at, and from and to somewhere
 * outside.
 */
export function policyChange(
  world: PolicyWorld,
  written: readonly KubeObject[],
  deleted: readonly ObjectId[] = [],
): PolicyChange {
  const matrixOf = (policies: readonly NetworkPolicyFacts[]): PolicyMatrix =>
    policyMatrix({ ...world, policies }, [], {
      namespaces: [...new Set(world.pods.map(({ namespace }) => namespace))],
      port: undefined,
      outside: true,
    });
  const [before, after] = [matrixOf(world.policies), matrixOf(afterwards(world.policies, written, deleted))];
  const changed: { readonly opens: boolean; readonly from: string; readonly at: Omit<ChangedConnections, "from"> }[] =
    [];
  for (const [row, { name: from }] of before.sources.entries()) {
    for (const [column, { name: to }] of before.destinations.entries()) {
      for (const [place, { port, protocol, open }] of (before.cells[row]?.[column] ?? []).entries()) {
        const next = after.cells[row]?.[column]?.[place]?.open ?? open;
        if (next !== open) {
          changed.push({ opens: rank[next] > rank[open], from, at: { to, port, protocol } });
        }
      }
    }
  }
  const grouped = (opens: boolean): readonly ChangedConnections[] => {
    const groups = new Map<string, { readonly at: Omit<ChangedConnections, "from">; readonly from: string[] }>();
    for (const { at, from } of changed.filter((one) => one.opens === opens)) {
      const key = JSON.stringify(at);
      const group = groups.get(key) ?? { at, from: [] };
      group.from.push(from);
      groups.set(key, group);
    }
    return [...groups.values()].map(({ at, from }) => ({ ...at, from }));
  };
  return { opens: grouped(true), closes: grouped(false) };
}

const rank: Readonly<Record<Openness, number>> = { none: 0, some: 1, all: 2 };

function afterwards(
  policies: readonly NetworkPolicyFacts[],
  written: readonly KubeObject[],
  deleted: readonly ObjectId[],
): readonly NetworkPolicyFacts[] {
  const key = ({ namespace = "", name }: Pick<ObjectId, "namespace" | "name">): string => `${namespace}/${name}`;
  const all = new Map(policies.map((policy) => [key(policy), policy]));
  for (const object of written) {
    const policy = policyFactsOf(object);
    all.set(key(policy), policy);
  }
  for (const id of deleted) {
    all.delete(key(id));
  }
  return [...all.values()];
}
