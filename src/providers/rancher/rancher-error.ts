import type { PresentedCertificate } from "../../kube/probe-certificate.ts";

/** What kind of trouble it is, for decisions; `diagnoseRancherError` says it to people. */
export type RancherErrorKind =
  /** No connection, or no answer in time. */
  | "unreachable"
  /** A connection, but no trust. */
  | "tls"
  /** Something else than Rancher's API answers. */
  | "not-rancher"
  /** 401. */
  | "unauthorized"
  /** 401, and it is known that the token is limited to a cluster. */
  | "other-cluster"
  /** 401, and the clocks are minutes apart. */
  | "clock-skew"
  /** 403. */
  | "forbidden"
  /** 404 of what was asked for. */
  | "not-found"
  /** Rancher is there, the cluster behind it is not. */
  | "cluster-unavailable"
  /** 429 or 5xx, after the retries. */
  | "server"
  /** Any other refusal. */
  | "refused"
  /** An app operation that failed or did not end in time. */
  | "operation";

export interface RancherErrorFields {
  readonly kind: RancherErrorKind;
  /** Rancher's address, without the path of the request. */
  readonly url: string;
  /** What was tried: `list clusters`. */
  readonly subject: string;
  /** In Rancher's or the network's words; holds no secret. */
  readonly message: string;
  readonly status?: number;
  /** Code of the connection's error, `ECONNREFUSED`. */
  readonly code?: string;
  /** The cluster that the request was about, by its ID. */
  readonly clusterId?: string;
  /** The cluster that the token is limited to, where its name says so. */
  readonly scopedTo?: string;
  /** What the server presents, where its certificate was not trusted. */
  readonly presented?: PresentedCertificate;
  /** The CA file's authorities, by subject; empty where the system's count. */
  readonly authorities?: readonly string[];
  readonly caFile?: string;
  /** The proxy that the request went through, without its password, and the variable that names it. */
  readonly proxy?: { readonly url: string; readonly from: string };
  /** Rancher's `Date` and this machine's clock at the same moment. */
  readonly clocks?: { readonly server: Date; readonly local: Date };
  readonly cause?: unknown;
}

/** A request that Rancher, or the way to it, did not let through. Its message holds no secret. */
export class RancherError extends Error {
  readonly kind: RancherErrorKind;
  readonly status: number | undefined;
  declare readonly fields: RancherErrorFields;

  constructor(fields: RancherErrorFields) {
    super(
      `${fields.subject} at ${fields.url}: ${fields.message}`,
      fields.cause === undefined ? undefined : { cause: fields.cause },
    );
    this.name = "RancherError";
    this.kind = fields.kind;
    this.status = fields.status;
    // Out of the way of whoever prints an error.
    Object.defineProperty(this, "fields", { value: fields, enumerable: false });
  }
}
