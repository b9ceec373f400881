import type { ValidationFacts } from "../../core/checks/control-plane-facts.ts";
import { istioNamespace } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";

interface Webhook {
  readonly clientConfig?: { readonly service?: { readonly namespace?: string; readonly name?: string } };
  readonly rules?: readonly { readonly apiGroups?: readonly string[] }[];
  readonly objectSelector?: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly { readonly key: string; readonly operator: string }[];
  };
}

/**
 * The webhooks by which istiod validates what is written. Most objects carry no
 * `istio.io/rev` label: `istiod-default-validator` is for them
 * (istio.io/istio, manifests/charts/base/templates/defaultrevision-validatingwebhookconfiguration.yaml).
 */
export async function readValidation(client: KubeClient, signal: AbortSignal): Promise<ValidationFacts> {
  const kind = { apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration" };
  const all = await client.list(kind, { signal });
  const istios = all
    .map((object) => ({
      name: object.metadata.name,
      webhooks: ((object["webhooks"] ?? []) as unknown as readonly Webhook[]).filter(callsIstiod),
    }))
    .filter(({ webhooks }) => webhooks.length > 0);
  return {
    webhooks: istios.map(({ name }) => name).toSorted(compareText),
    seesUnlabelled: istios.some(({ webhooks }) =>
      webhooks.some((webhook) => isForRouting(webhook) && takesUnlabelled(webhook)),
    ),
  };
}

function callsIstiod({ clientConfig }: Webhook): boolean {
  const { namespace, name = "" } = clientConfig?.service ?? {};
  return namespace === istioNamespace && name.startsWith("istiod");
}

function isForRouting({ rules }: Webhook): boolean {
  return (rules ?? []).some(({ apiGroups }) => apiGroups?.some((one) => one === "networking.istio.io" || one === "*"));
}

/** A selector takes an object without labels when it asks for no label: no value, no presence. */
function takesUnlabelled({ objectSelector }: Webhook): boolean {
  const { matchLabels = {}, matchExpressions = [] } = objectSelector ?? {};
  return (
    Object.keys(matchLabels).length === 0 &&
    matchExpressions.every(({ operator }) => operator === "DoesNotExist" || operator === "NotIn")
  );
}
