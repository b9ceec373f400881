import { Buffer } from "node:buffer";
import type { WireObject } from "../../../src/kube/fake/fake-store.ts";

/** Begins like a service account's token, and is none: the fake asks for no credentials. */
const token = Buffer.from(
  `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"bench"}').toString("base64url")}.${"x".repeat(300)}`,
);

let authority = "";

/** The PEM of the authority that signed what the fleet presents; reader tokens carry it. */
export function setAuthority(pem: string): void {
  authority = Buffer.from(pem).toString("base64");
}

/**
 * The object as a real cluster has it a moment after it was stored: the
 * status that controllers write, and `managedFields` with one entry per field,
 * which is about half of what a real API server sends.
 */
export function observe(object: WireObject): WireObject {
  const { managedFields: _managed, ...metadata } = object.metadata;
  const observed = withStatus({ ...object, metadata });
  const { apiVersion, kind: _kind, status: _status, ...rest } = observed;
  const fieldsV1 = fieldsOf(rest);
  return {
    ...observed,
    metadata: {
      ...observed.metadata,
      managedFields: [
        {
          manager: "isthmus",
          operation: "Apply",
          apiVersion,
          time: "2026-01-01T00:00:00Z",
          fieldsType: "FieldsV1",
          fieldsV1,
        },
      ],
    },
  };
}

function withStatus(object: WireObject): WireObject {
  const spec = (object["spec"] ?? {}) as { readonly replicas?: number; readonly type?: string };
  switch (object.kind) {
    case "CustomResourceDefinition":
      return { ...object, status: { conditions: [yes("NamesAccepted"), yes("Established")] } };
    case "Deployment": {
      const count = spec.replicas ?? 1;
      const status = {
        observedGeneration: 1,
        replicas: count,
        updatedReplicas: count,
        readyReplicas: count,
        availableReplicas: count,
        conditions: [yes("Available"), yes("Progressing")],
      };
      return { ...object, metadata: { ...object.metadata, generation: 1 }, status };
    }
    case "MutatingWebhookConfiguration":
      return { ...object, webhooks: webhooksOf(object).map(withAuthority) };
    case "ValidatingWebhookConfiguration": {
      const webhooks = webhooksOf(object).map((webhook) => ({ ...withAuthority(webhook), failurePolicy: "Fail" }));
      return { ...object, webhooks };
    }
    case "Namespace":
      return { ...object, status: { phase: "Active" } };
    case "Service":
      return spec.type === "LoadBalancer"
        ? { ...object, status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } }
        : object;
    case "Secret":
      return object["type"] === "kubernetes.io/service-account-token"
        ? { ...object, data: { token: token.toString("base64"), "ca.crt": authority } }
        : object;
    default:
      return object;
  }
}

interface Webhook {
  readonly clientConfig?: object;
}

function webhooksOf(object: WireObject): readonly Webhook[] {
  return (object["webhooks"] ?? []) as readonly Webhook[];
}

/** istiod puts its authority into its webhooks, and has its validation fail closed once it runs. */
function withAuthority(webhook: Webhook): Webhook {
  return { ...webhook, clientConfig: { ...webhook.clientConfig, caBundle: authority } };
}

function yes(type: string): object {
  return { type, status: "True", reason: "Bench", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" };
}

function fieldsOf(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [`f:${key}`, fieldsOf(item)]))
    : {};
}
