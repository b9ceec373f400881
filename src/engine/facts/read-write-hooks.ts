import type { WriteHookFacts } from "../../core/checks/webhook-facts.ts";
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
const routingGroup = "networking.istio.io";
/** What a mesh always has of that group. */
const routingResources: ReadonlySet<string> = new Set(["*", "*/*", "virtualservices", "destinationrules", "gateways"]);

/**
 * Webhooks that can refuse each write of Istio's routing objects in these
 * namespaces, but for istiod's own; and whether what should answer for them is
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
  const spaces = await Promise.all(
    namespaces.map(async (name) => client.get({ apiVersion: "v1", kind: "Namespace", name }, { signal })),
  );
  const labels = spaces.flatMap((space) =>
    space === undefined ? [] : [{ "kubernetes.io/metadata.name": space.metadata.name, ...space.metadata.labels }],
  );
  return Promise.all(
    hooks
      .filter(({ webhook }) => labels.some((own) => takes(webhook.namespaceSelector, own)))
      .map(async ({ webhook, facts }) => ({ ...facts, ...(await standingOf(client, webhook, signal)) })),
  );
}

function hooksOf(object: KubeObject): readonly { readonly webhook: Webhook; readonly facts: WriteHookFacts }[] {
  const writer = lastWriterOf(object);
  return ((object["webhooks"] ?? []) as unknown as readonly Webhook[]).flatMap((webhook, place) =>
    isForRoutes(webhook) && !isIstiods(webhook)
      ? [
          {
            webhook,
            facts: {
              name: webhook.name,
              kind: object.kind as WriteHookFacts["kind"],
              configuration: object.metadata.name,
              place,
              ...(writer === undefined ? {} : { writer: { manager: writer.manager ?? "", time: writer.time } }),
            },
          },
        ]
      : [],
  );
}

/** One that picks objects by their labels or by conditions may leave ours out, and is not judged. */
function isForRoutes({ failurePolicy = "Fail", rules = [], objectSelector, matchConditions = [] }: Webhook): boolean {
  return (
    failurePolicy === "Fail" &&
    matchConditions.length === 0 &&
    takes(objectSelector, {}) &&
    rules.some(
      ({ apiGroups = [], operations = [], resources = [], scope = "*" }) =>
        scope !== "Cluster" &&
        apiGroups.some((group) => group === "*" || group === routingGroup) &&
        operations.some((one) => ["*", "CREATE", "UPDATE"].includes(one)) &&
        resources.some((one) => routingResources.has(one)),
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
