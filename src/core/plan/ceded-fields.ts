import type { Json, KubeObject } from "../model/kube-object.ts";

/**
 * Fields that istiod takes over once it runs. The charts render the validator
 * with `failurePolicy: Ignore` so that the cluster works before istiod does;
 * istiod then sets `Fail` and its CA bundle (istio charts, base/templates/validatingadmission;
 * pkg/webhooks/validation/controller). Applying ours again would take them back.
 */
const ceded: Readonly<Record<string, readonly string[]>> = {
  ValidatingWebhookConfiguration: ["failurePolicy"],
};

/** The object to apply over `live`: `desired` without the fields that Istio has taken over. */
export function cedeFields(desired: KubeObject, live: KubeObject | undefined): KubeObject {
  const fields = ceded[desired.kind];
  if (fields === undefined || live === undefined) {
    return desired;
  }
  const taken = webhooksOf(live)
    .filter((webhook) => hasCaBundle(webhook))
    .map((webhook) => webhook["name"]);
  return {
    ...desired,
    webhooks: webhooksOf(desired).map((webhook) =>
      taken.includes(webhook["name"] ?? null)
        ? Object.fromEntries(Object.entries(webhook).filter(([key]) => !fields.includes(key)))
        : webhook,
    ),
  };
}

/**
 * JSON pointers (RFC 6901) of every field of a rendered webhook configuration
 * that a running istiod sets: what it takes over, and the CA that callers of the webhook are to trust.
 */
export function cededPointers(object: KubeObject): readonly string[] {
  if (!object.kind.endsWith("WebhookConfiguration")) {
    return [];
  }
  const fields = ["clientConfig/caBundle", ...(ceded[object.kind] ?? [])];
  return webhooksOf(object).flatMap((_, index) => fields.map((field) => `/webhooks/${index}/${field}`));
}

type Webhook = { readonly [key: string]: Json };

function webhooksOf(object: KubeObject): readonly Webhook[] {
  return (object["webhooks"] ?? []) as readonly Webhook[];
}

function hasCaBundle(webhook: Webhook): boolean {
  const config = webhook["clientConfig"] as { readonly caBundle?: string } | undefined;
  return (config?.caBundle ?? "") !== "";
}
