import type { ControllerFacts, ControllerLease, Waiting } from "../../core/checks/controller-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { readServiceObjects } from "./service-endpoints.ts";

/** A controller that works sees a change within a second or two, and one that is busy within some. */
const longSeconds = 20;

/** Where the cluster does not tell its own clock, this machine's may be off by some. */
const longByOurClock = 120;

/** The label of what the EndpointSlice controller keeps (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#management). */
const keptBy = { label: "endpointslice.kubernetes.io/managed-by", controller: "endpointslice-controller.k8s.io" };

const elected = ["kube-controller-manager", "kube-scheduler"];

/**
 * What the controllers of a cluster have left undone. Lists of pods, slices
 * and Istio's Deployments are those that other readers need too; the
 * Deployments of the services' namespaces and the Leases of kube-system are
 * asked for here. Leases that the account may not list are left out: what is undone
 * shows without them.
 */
export async function readControllers(
  client: KubeClient,
  services: readonly Service[],
  now: Date,
  signal: AbortSignal,
): Promise<ControllerFacts> {
  const namespaces = [...new Set([istioNamespace, ...services.map(({ namespace }) => namespace)])];
  const list = async (apiVersion: string, kind: string, namespace: string): Promise<readonly KubeObject[]> =>
    client.list({ apiVersion, kind, namespace }, { signal });
  const [leases, deployments, pods, endpoints] = await Promise.all([
    unlessForbidden(
      async () => list("coordination.k8s.io/v1", "Lease", "kube-system"),
      () => [],
    ),
    Promise.all(namespaces.map(async (namespace) => list("apps/v1", "Deployment", namespace))),
    Promise.all(namespaces.map(async (namespace) => list("v1", "Pod", namespace))),
    Promise.all(services.map(async (service) => endpointsOfNobody(client, service, signal))),
  ]);
  const newest = newestRenewal(leases);
  const clock = newest === undefined ? now : new Date(newest);
  const isLong = ({ seconds }: Waiting): boolean => seconds >= (newest === undefined ? longByOurClock : longSeconds);
  return {
    leases: readLeases(leases),
    endpointsOfNobody: endpoints.flat(),
    unseenDeployments: deployments
      .flat()
      .filter(isUnseen)
      .map((one) => waiting(one, changedAt(one), clock))
      .filter(isLong),
    unscheduledPods: pods
      .flat()
      .filter(isUnscheduled)
      .map((one) => waiting(one, textOf(one.metadata["creationTimestamp"]), clock))
      .filter(isLong),
  };
}

async function endpointsOfNobody(
  client: KubeClient,
  service: Service,
  signal: AbortSignal,
): Promise<ControllerFacts["endpointsOfNobody"]> {
  const { slices, pods, service: object } = await readServiceObjects(client, service, signal);
  const { selector = {} } = (object?.["spec"] ?? {}) as { readonly selector?: Readonly<Record<string, string>> };
  // Without a selector they are none of the controller's business.
  if (object !== undefined && Object.keys(selector).length === 0) {
    return [];
  }
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const found = slices
    .filter(({ metadata }) => metadata.labels?.[keptBy.label] === keptBy.controller)
    .flatMap((slice) => (slice["endpoints"] ?? []) as unknown as readonly SliceEndpoint[])
    .flatMap(({ addresses = [], conditions, targetRef }) => {
      const pod = targetRef?.kind === "Pod" ? (targetRef.name ?? "") : "";
      return pod === "" || names.has(pod) || conditions?.ready === false
        ? []
        : [{ service: `${service.namespace}/${service.name}`, pod, address: addresses[0] ?? "" }];
    });
  const gone = await Promise.all(
    [...new Set(found.map(({ pod }) => pod))].map(async (pod) =>
      (await isThere(client, { namespace: service.namespace, pod }, signal)) ? [] : [pod],
    ),
  );
  return found.filter(({ pod }) => gone.flat().includes(pod));
}

/** Pods and slices are not read at one moment: what began meanwhile is in the slices alone. Asked by name, which no list that was read before answers. */
async function isThere(
  client: KubeClient,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  signal: AbortSignal,
): Promise<boolean> {
  const query = { apiVersion: "v1", kind: "Pod", namespace, fieldSelector: `metadata.name=${pod}` };
  return (await client.list(query, { signal })).length > 0;
}

interface SliceEndpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly kind?: string; readonly name?: string };
}

function readLeases(all: readonly KubeObject[]): readonly ControllerLease[] {
  const found = all.map((object) => {
    const { holderIdentity = "", renewTime = "" } = (object["spec"] ?? {}) as {
      readonly holderIdentity?: string;
      readonly renewTime?: string;
    };
    return { name: object.metadata.name, holder: holderIdentity, renewed: renewTime };
  });
  const newest = newestRenewal(all) ?? 0;
  return found
    .filter(({ name, renewed }) => elected.includes(name) && Number.isFinite(Date.parse(renewed)))
    .map((one) => ({ ...one, silent: Math.round((newest - Date.parse(one.renewed)) / 1000) }));
}

/**
 * When somebody renewed a Lease of kube-system last, in the cluster's own time:
 * every API server renews one of its own each ten seconds
 * (https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity). Undefined where no Lease is to be seen.
 */
function newestRenewal(leases: readonly KubeObject[]): number | undefined {
  const times = leases
    .map(({ spec }) => Date.parse((spec as { readonly renewTime?: string } | undefined)?.renewTime ?? ""))
    .filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.max(...times);
}

function isUnseen(object: KubeObject): boolean {
  const { generation = 0 } = object.metadata as { readonly generation?: number };
  const { observedGeneration = 0 } = (object["status"] ?? {}) as { readonly observedGeneration?: number };
  return observedGeneration < generation;
}

/** The last write that was none of its status; RFC 3339, empty where nobody says. */
function changedAt({ metadata }: KubeObject): string {
  const managed = (metadata["managedFields"] ?? []) as readonly {
    readonly subresource?: string;
    readonly time?: string;
  }[];
  const times = managed.filter(({ subresource }) => subresource !== "status").map(({ time = "" }) => time);
  return times.toSorted().at(-1) ?? textOf(metadata["creationTimestamp"]);
}

/** The name by which pods ask for kube-scheduler; those that ask for another one are that one's. */
const usualScheduler = "default-scheduler";

/** kube-scheduler says of each pod on which node it is, or why on none. */
function isUnscheduled({ metadata, ...object }: KubeObject): boolean {
  const {
    nodeName = "",
    schedulerName = usualScheduler,
    schedulingGates = [],
  } = (object["spec"] ?? {}) as {
    readonly nodeName?: string;
    readonly schedulerName?: string;
    readonly schedulingGates?: readonly unknown[];
  };
  const { conditions = [] } = (object["status"] ?? {}) as {
    readonly conditions?: readonly { readonly type: string }[];
  };
  return (
    nodeName === "" &&
    schedulerName === usualScheduler &&
    schedulingGates.length === 0 &&
    metadata["deletionTimestamp"] === undefined &&
    !conditions.some(({ type }) => type === "PodScheduled")
  );
}

function waiting({ metadata }: KubeObject, since: string, now: Date): Waiting {
  const seconds = Math.round((now.getTime() - Date.parse(since)) / 1000);
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    seconds: Number.isFinite(seconds) ? seconds : 0,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
