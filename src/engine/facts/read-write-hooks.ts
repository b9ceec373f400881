import type { HeldWrites, WriteHookFacts } from "../../core/checks/webhook-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { lastWriterOf } from "../../core/plan/last-change.ts";
import { selectsLabels } from "../../core/policies/label-selector.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden } from "../../kube/errors.ts";

interface Webhook {
  readonly name: string;
  /** `Fail` where it is left out (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy). */
  readonly failurePolicy?: string;
  readonly clientConfig?: { readonly service?: { readonly namespace?: string; readonly name?: string } };
  readonly rules?: readonly {
    readonly apiGroups?: readonly string[];
    readonly operations?: readonly string[];
    readonly resources?: readonly string[];
    readonly scope?: string;
  }[];
  readonly namespaceSelector?: WireSelector;
  readonly objectSelector?: WireSelector;
  readonly matchConditions?: readonly unknown[];
}

interface WireSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

const configurations = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] as const;
/** What the mesh rests upon, by group and resources; of routes what a mesh always has. */
const held: Readonly<Record<HeldWrites, { readonly group: string; readonly resources: readonly string[] }>> = {
  routes: { group: "networking.istio.io", resources: ["virtualservices", "destinationrules", "gateways"] },
  endpoints: { group: "discovery.k8s.io", resources: ["endpointslices"] },
  leases: { group: "coordination.k8s.io", resources: ["leases"] },
};

/** Where Kubernetes' own Leases are (https://kubernetes.io/docs/concepts/architecture/leases/). */
const leaseNamespaces = ["kube-system", "kube-node-lease"];

/**
 * Webhooks that can refuse each write of Istio's routing objects or of EndpointSlices in these
 * namespaces, or of Kubernetes' own Leases, but for istiod's own; and whether what should answer for them is
 * there. What they say is not asked for.
 */
export async function readWriteHooks(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly WriteHookFacts[]> {
  const lists = await Promise.all(
    configurations.map(async (kind) =>
      client.list({ apiVersion: "admissionregistration.k8s.io/v1", kind }, { signal }),
    ),
  );
  const hooks = lists.flat().flatMap(hooksOf);
  if (hooks.length === 0) {
    return [];
  }
  const labels = await labelsOf(client, namespaces, signal);
  const ofLeases = hooks.some(({ holds }) => holds.includes("leases"))
    ? await labelsOf(client, leaseNamespaces, signal)
    : [];
  const standing = hooks
    .map((hook) => ({
      ...hook,
      holds: hook.holds.filter((what) =>
        (what === "leases" ? ofLeases : labels).some((own) => takes(hook.webhook.namespaceSelector, own)),
      ),
    }))
    .filter(({ holds }) => holds.length > 0)
    .map(async ({ webhook, facts, holds }) => ({
      ...facts,
      ...(holds.every((what) => what === "routes") ? {} : { holds }),
      ...(await standingOf(client, webhook, signal)),
    }));
  return Promise.all(standing);
}

async function labelsOf(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const spaces = await Promise.all(
    namespaces.map(async (name) => client.get({ apiVersion: "v1", kind: "Namespace", name }, { signal })),
  );
  return spaces.flatMap((space) =>
    space === undefined ? [] : [{ "kubernetes.io/metadata.name": space.metadata.name, ...space.metadata.labels }],
  );
}

interface Hook {
  readonly webhook: Webhook;
  readonly holds: readonly HeldWrites[];
  readonly facts: WriteHookFacts;
}

function hooksOf(object: KubeObject): readonly Hook[] {
  const writer = lastWriterOf(object);
  return ((object["webhooks"] ?? []) as unknown as readonly Webhook[]).flatMap((webhook, place) => {
    const holds = (["routes", "endpoints", "leases"] as const).filter((what) => isFor(webhook, what));
    return holds.length > 0 && !isIstiods(webhook)
      ? [
          {
            webhook,
            holds,
            facts: {
              name: webhook.name,
              kind: object.kind as WriteHookFacts["kind"],
              configuration: object.metadata.name,
              place,
              ...(writer === undefined ? {} : { writer: { manager: writer.manager ?? "", time: writer.time } }),
            },
          },
        ]
      : [];
  });
}

/** One that picks objects by their labels or by conditions may leave ours out, and is not judged. */
function isFor(
  { failurePolicy = "Fail", rules = [], objectSelector, matchConditions = [] }: Webhook,
  what: HeldWrites,
): boolean {
  const { group: wanted, resources: written } = held[what];
  return (
    failurePolicy === "Fail" &&
    matchConditions.length === 0 &&
    takes(objectSelector, {}) &&
    rules.some(
      ({ apiGroups = [], operations = [], resources = [], scope = "*" }) =>
        scope !== "Cluster" &&
        apiGroups.some((group) => group === "*" || group === wanted) &&
        operations.some((one) => ["*", "CREATE", "UPDATE"].includes(one)) &&
        resources.some((one) => ["*", "*/*", ...written].includes(one)),
    )
  );
}

function isIstiods({ clientConfig }: Webhook): boolean {
  const { namespace, name = "" } = clientConfig?.service ?? {};
  return namespace === istioNamespace && name.startsWith("istiod");
}

function takes(selector: WireSelector | undefined, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator, values }));
  return selectsLabels({ matchLabels, matchExpressions: expressions }, labels);
}

async function standingOf(
  client: KubeClient,
  { clientConfig }: Webhook,
  signal: AbortSignal,
): Promise<Pick<WriteHookFacts, "service" | "dead">> {
  const { namespace = "", name } = clientConfig?.service ?? {};
  if (name === undefined) {
    return {};
  }
  const labelSelector = `kubernetes.io/service-name=${name}`;
  const slices = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace, labelSelector };
  const service = `${namespace}/${name}`;
  try {
    const [object, found] = await Promise.all([
      client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal }),
      client.list(slices, { signal }),
    ]);
    const endpoints = found.flatMap(
      (slice) =>
        (slice["endpoints"] ?? []) as unknown as readonly { readonly conditions?: { readonly ready?: boolean } }[],
    );
    if (object === undefined) {
      return { service, dead: "no-service" };
    }
    // One that stands for a name elsewhere has no endpoints of its own.
    const isElsewhere = (object["spec"] as { readonly type?: string } | undefined)?.type === "ExternalName";
    return isElsewhere || endpoints.some(({ conditions }) => conditions?.ready !== false)
      ? { service }
      : { service, dead: "no-endpoints" };
  } catch (error) {
    if (isForbidden(error)) {
      return { service };
    }
    throw error;
  }
}
