import type { ObjectReference } from "./object-reference.ts";

/** A field that another manager owns and that the apply wanted to change. */
export interface FieldConflict {
  /** Name of the other field manager, `kubectl-client-side-apply`. */
  readonly manager: string;
  /** Path of the field as the API server writes it, `.spec.replicas`. */
  readonly field: string;
}

/** What kind of trouble it is, for decisions; `diagnoseKubeError` says it to people. */
export type KubeErrorKind =
  /** No connection: refused, no route, name not found, timeout, reset. */
  | "unreachable"
  /** A connection, but no trust: authority, validity, name. */
  | "tls"
  /** No or refused credentials: 401, expired client certificate, credential plugin. */
  | "credentials"
  /** 403. */
  | "forbidden"
  /** 404 of an object (or of its namespace). */
  | "not-found"
  /** The API server does not serve the kind (yet). */
  | "no-such-kind"
  /** 409. */
  | "conflict"
  /** 400, 413, 415, 422: the API server refuses what was sent. */
  | "invalid"
  /** 429, after the retries. */
  | "overloaded"
  /** 5xx, after the retries. */
  | "server"
  /** An answer that no API server gives. */
  | "protocol"
  /** The API server is there, but the way through it to a pod's port is not. */
  | "tunnel";

/** Where a request went and with which trust: what a diagnosis needs. Holds no secret. */
export interface KubeEndpoint {
  readonly server: string;
  readonly context: string;
  /** The kubeconfig file. */
  readonly file: string;
  /** Base64 PEM. */
  readonly caData?: string;
  readonly tlsServerName?: string;
  /** True when the user has a client certificate. */
  readonly clientCertificate: boolean;
  /** True when requests go through a proxy. */
  readonly proxied: boolean;
  /** That proxy without its password, and who asked for it in words. */
  readonly proxy?: { readonly url: string; readonly from: string };
}

export interface KubeErrorFields {
  readonly kind: KubeErrorKind;
  readonly cluster: string;
  readonly endpoint: KubeEndpoint;
  /** HTTP status; undefined where no answer came. */
  readonly status?: number;
  /** `reason` of the Kubernetes Status, `AlreadyExists`. */
  readonly reason?: string;
  /** What was tried: get, list, apply, patch, delete, watch, connect. */
  readonly verb: string;
  readonly object?: Omit<ObjectReference, "name"> & { readonly name?: string };
  readonly conflicts?: readonly FieldConflict[];
  readonly message: string;
  readonly cause?: unknown;
}

/** A request that the cluster, or the way to it, did not let through. Its message holds no secret. */
export class KubeError extends Error {
  readonly kind: KubeErrorKind;
  readonly cluster: string;
  declare readonly endpoint: KubeEndpoint;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly verb: string;
  readonly object: KubeErrorFields["object"];
  readonly conflicts: readonly FieldConflict[];

  constructor(fields: KubeErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = "KubeError";
    this.kind = fields.kind;
    this.cluster = fields.cluster;
    // Out of the way of whoever prints an error: a CA bundle fills the screen.
    Object.defineProperty(this, "endpoint", { value: fields.endpoint, enumerable: false });
    this.status = fields.status;
    this.reason = fields.reason;
    this.verb = fields.verb;
    this.object = fields.object;
    this.conflicts = fields.conflicts ?? [];
  }
}

/**
 * True where the API server could not ask an admission webhook that it has to
 * ask, such as that of an istiod that is down: the object itself was not judged.
 */
export function isWebhookAway(error: unknown): error is KubeError {
  return error instanceof KubeError && error.kind === "server" && /failed calling webhook/.test(error.message);
}

/**
 * True where a policy or a webhook has said no, and not the rules for the
 * object's kind or this account's rights. The words are those of the API server
 * (apiserver/pkg/admission/plugin/policy/validating/dispatcher.go and
 * apiserver/pkg/admission/plugin/webhook/errors/statuserror.go).
 */
export function isHeldBackByAdmission(error: unknown): error is KubeError {
  return (
    error instanceof KubeError &&
    (error.kind === "forbidden" || error.kind === "invalid") &&
    /olicy '[^']*' with binding '[^']*' denied request|admission webhook "[^"]*" denied the request/s.test(
      error.message,
    )
  );
}

/** True where the account may not do what was asked for (403). */
export function isForbidden(error: unknown): error is KubeError {
  return error instanceof KubeError && error.kind === "forbidden";
}

/** What `read` resolves to, or `otherwise` where the account may not do it. Rejects as both of them do. */
export async function unlessForbidden<Value>(
  read: () => Promise<Value>,
  otherwise: (error: KubeError) => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (isForbidden(error)) {
      return otherwise(error);
    }
    throw error;
  }
}

/** True where the object, or its kind, is not there. */
export function isAbsence(error: unknown): error is KubeError {
  return error instanceof KubeError && (error.kind === "not-found" || error.kind === "no-such-kind");
}

const refusals: ReadonlySet<KubeErrorKind> = new Set(["forbidden", "conflict", "invalid", "not-found"]);

/** True for what the API server says no to, as opposed to not being there: the same request again is refused again. */
export function isRefusal(error: unknown): error is KubeError {
  return error instanceof KubeError && refusals.has(error.kind);
}
