export interface RancherRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** From Rancher's address on, with the query. */
  readonly path: string;
  readonly body?: object;
  /** What is tried, for messages: `list clusters`. */
  readonly subject: string;
  /** The cluster that it is about, by its ID. */
  readonly clusterId?: string;
  /** False where no token may be sent. Default true. */
  readonly authorized?: boolean;
  readonly signal: AbortSignal;
}

/** An answer of Rancher's API with a status below 300. */
export interface RancherAnswer {
  readonly status: number;
  /** The JSON document; an empty object where the answer has no body. */
  readonly body: Readonly<Record<string, unknown>>;
}
