import { kubectl } from "./commands.ts";
import type { ReachedCluster } from "./facts.ts";
import type { NodeFacts } from "./node-facts.ts";

/** Nodes that somebody keeps pods from, and the commands that open them again. */
export interface ClosedNodes {
  readonly names: readonly string[];
  /** `node a is cordoned`; empty where it is not known which of several reasons a person meant. */
  readonly what: readonly string[];
  readonly commands: readonly string[];
}

/**
 * What a person has closed, by the scheduler's own words. Nothing is opened
 * where more keeps pods away (too little left, other labels, a volume), where
 * taints of several kinds are there, since some of them are meant, and where a
 * controller keeps a taint.
 */
export function closedNodes(one: ReachedCluster, words: string): ClosedNodes {
  const isMore = /Insufficient|affinity|selector|volume|PersistentVolumeClaim|Too many pods|free ports/i.test(words);
  if (isMore) {
    return { names: [], what: [], commands: [] };
  }
  const cordoned = /unschedulable/.test(words) ? one.nodes.filter((node) => node.cordoned === true) : [];
  const tainted = taintedNodes(one, words, cordoned.length > 0);
  return {
    names: [...cordoned.map(({ name }) => name), ...tainted.map(({ node }) => node.name)],
    what: [
      ...cordoned.map(({ name }) => `node ${name} is cordoned`),
      ...tainted.map(({ node, taint }) => `node ${node.name} has the taint ${describeTaint(taint)}`),
    ],
    commands: [
      ...cordoned.map(({ name }) => kubectl(one, "uncordon", name)),
      ...tainted.map(({ node, taint: { key, effect } }) =>
        kubectl(one, "taint", "node", node.name, `${key}:${effect}-`),
      ),
    ],
  };
}

type Taint = NonNullable<NodeFacts["taints"]>[number];

/**
 * Taints that controllers, clouds and vendors of hardware set:
 * https://kubernetes.io/docs/reference/labels-annotations-taints/, cluster-autoscaler, Karpenter, Cilium.
 */
const ofControllers =
  /^(?:(?:[a-z0-9-]+\.)*(?:kubernetes\.io|k8s\.io|karpenter\.sh|cilium\.io|nvidia\.com|amd\.com|intel\.com|amazonaws\.com|azure\.com|google\.com)\/|ToBeDeletedByClusterAutoscaler|DeletionCandidateOfClusterAutoscaler)/;

/** Newer schedulers say that there are taints and not which: then one that is the only one there is meant. */
function taintedNodes(
  { nodes }: ReachedCluster,
  words: string,
  isCordoned: boolean,
): readonly { readonly node: NodeFacts; readonly taint: Taint }[] {
  if (!/taint/.test(words)) {
    return [];
  }
  const named = [...words.matchAll(/taint(?:\(s\))? \{([^}:]+)/g)].map(([, key = ""]) => key.trim());
  const all = nodes.flatMap((node) =>
    (node.taints ?? [])
      .filter(({ key }) => !ofControllers.test(key) && (named.length === 0 || named.includes(key)))
      .map((taint) => ({ node, taint })),
  );
  const kinds = new Set(all.map(({ taint }) => describeTaint(taint)));
  // A cordon that is named beside taints that are not is likely the newer one.
  return kinds.size === 1 && !(isCordoned && named.length === 0) ? all : [];
}

function describeTaint({ key, value, effect }: Taint): string {
  return `${key}${value === undefined ? "" : `=${value}`}:${effect}`;
}
