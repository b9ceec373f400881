import type { Json } from "../model/kube-object.ts";
import { hasLabels } from "../model/labels.ts";
import type { Labels } from "../model/labels.ts";
import { probeLabel } from "../render/probe-pod.ts";
import type { PolicyPod } from "./policy-pod.ts";
import { stableLabels } from "./policy-pod.ts";

/** Labels that name what a pod is, then those that name which one of several; the first that is enough is taken. */
const naming = [
  "app",
  "app.kubernetes.io/name",
  "k8s-app",
  "istio",
  probeLabel,
  "version",
  "app.kubernetes.io/version",
];

/** Selects pods with these labels, and without any of the absent ones. */
export interface TightSelector {
  readonly labels: Labels;
  readonly absent: readonly string[];
}

/** What selects pods by label. */
export interface TightSelectors {
  /** They take all of the pods between them; those without labels are taken by none. */
  readonly selectors: readonly TightSelector[];
  /** Pods that no selector finds, since they have no labels. */
  readonly unlabelled: readonly PolicyPod[];
  /** Others that are taken too, since nothing tells them apart. */
  readonly taken: readonly PolicyPod[];
}

/**
 * The fewest labels that select these pods of one namespace and none of the
 * `others` there, with labels that only the others have as absent ones. Labels
 * that change when a workload makes its pods anew count only where they are
 * `asked` for, or where there are no others.
 */
export function tightSelectors(
  pods: readonly PolicyPod[],
  others: readonly PolicyPod[],
  asked: ReadonlySet<string>,
): TightSelectors {
  const selectors: TightSelector[] = [];
  for (const { labels } of pods) {
    if (Object.keys(labels).length > 0 && !selectors.some((one) => takes(one, labels))) {
      selectors.push(selectorOf(labels, others, asked));
    }
  }
  return {
    selectors,
    unlabelled: pods.filter(({ labels }) => Object.keys(labels).length === 0),
    taken: others.filter(({ labels }) => selectors.some((one) => takes(one, labels))),
  };
}

/** As Kubernetes writes it. */
export function renderSelector({ labels, absent }: TightSelector): Json {
  return {
    matchLabels: { ...labels },
    ...(absent.length === 0 ? {} : { matchExpressions: absent.map((key) => ({ key, operator: "DoesNotExist" })) }),
  };
}

function takes({ labels: asked, absent }: TightSelector, labels: Labels): boolean {
  return hasLabels(labels, asked) && !absent.some((key) => Object.hasOwn(labels, key));
}

function selectorOf(labels: Labels, others: readonly PolicyPod[], asked: ReadonlySet<string>): TightSelector {
  const stable = stableLabels(labels, asked);
  const usable = Object.keys(stable).length === 0 ? labels : stable;
  const keys = [...naming, ...Object.keys(usable).toSorted()].filter((key) => Object.hasOwn(usable, key));
  let selector: Labels = {};
  let left = others;
  for (const key of keys) {
    const next: Labels = { ...selector, [key]: usable[key] ?? "" };
    const still = left.filter((other) => hasLabels(other.labels, next));
    // The first one is taken whatever it tells apart: a selector without labels takes all pods.
    if (Object.keys(selector).length === 0 || still.length < left.length) {
      [selector, left] = [next, still];
    }
    if (left.length === 0) {
      break;
    }
  }
  return { labels: selector, absent: absentOf(labels, left, asked) };
}

/** Keys of which each is of one of the others, and none of the pod's. */
function absentOf(labels: Labels, others: readonly PolicyPod[], asked: ReadonlySet<string>): readonly string[] {
  const absent: string[] = [];
  for (const other of others) {
    if (!absent.some((key) => Object.hasOwn(other.labels, key))) {
      const own = Object.keys(stableLabels(other.labels, asked)).toSorted();
      const [key] = own.filter((one) => !Object.hasOwn(labels, one));
      absent.push(...(key === undefined ? [] : [key]));
    }
  }
  return absent;
}
