import type { Json, KubeObject } from "../model/kube-object.ts";

/** A deletion of an object that has begun and has not ended: nothing takes it back. */
export interface PendingDeletion {
  /** RFC 3339. */
  readonly since: string;
  /** What has to be taken away first, each by whoever works for it; empty where the object goes by itself. */
  readonly finalizers: readonly HoldingFinalizer[];
}

/** A finalizer of an object that is being deleted, and who has set it. */
export interface HoldingFinalizer {
  readonly name: string;
  /** The field manager that has set it; left out where the API server does not say. */
  readonly manager?: string;
}

/**
 * The deletion of a live object, undefined where nobody has deleted it. Writes
 * to it are taken and go with it
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/).
 */
export function pendingDeletion({ metadata }: KubeObject): PendingDeletion | undefined {
  const since = metadata["deletionTimestamp"];
  if (typeof since !== "string") {
    return undefined;
  }
  const names = (metadata["finalizers"] ?? []) as readonly string[];
  const managers = (metadata["managedFields"] ?? []) as readonly ManagedEntry[];
  return {
    since,
    finalizers: names.map((name) => {
      const manager = managers.find((entry) => `v:"${name}"` in finalizersOf(entry))?.manager;
      return { name, ...(manager === undefined ? {} : { manager }) };
    }),
  };
}

interface ManagedEntry {
  readonly manager?: string;
  readonly fieldsV1?: { readonly "f:metadata"?: { readonly "f:finalizers"?: Readonly<Record<string, Json>> } };
}

function finalizersOf({ fieldsV1 }: ManagedEntry): Readonly<Record<string, Json>> {
  return fieldsV1?.["f:metadata"]?.["f:finalizers"] ?? {};
}

/** Who takes the finalizers of Kubernetes itself away, by their names. */
const workers: Readonly<Record<string, string>> = {
  foregroundDeletion: "the garbage collector of kube-controller-manager, once what the object owns is gone",
  orphan: "the garbage collector of kube-controller-manager",
  "service.kubernetes.io/load-balancer-cleanup": "the controller of load balancers, once the balancer is gone",
  "customresourcecleanup.apiextensions.k8s.io": "the API server, once every object of the kind is gone",
};

/** Whether Kubernetes itself takes the finalizer away: by hand it would leave behind what it stands for. */
export function isOfKubernetes({ name }: HoldingFinalizer): boolean {
  return name in workers;
}

/** What holds the object: a clause that begins with `it is held by`, or says that nothing does. */
export function describeHold({ finalizers }: PendingDeletion): string {
  if (finalizers.length === 0) {
    return "no finalizer holds it, so that it is about to go";
  }
  const named = finalizers.map(({ name, manager }) => {
    const worker = workers[name];
    const by = manager === undefined ? "" : `, set by ${manager}`;
    return `${name} (${worker === undefined ? `taken away by whoever works for it${by}` : `taken away by ${worker}`})`;
  });
  return `it is held by ${finalizers.length === 1 ? "the finalizer" : "the finalizers"} ${named.join(" and ")}`;
}
