export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly signal: AbortSignal;
}

/** An answer of any status. */
export interface ApiAnswer {
  readonly url: string;
  readonly status: number;
  /** What the JSON document has; empty where the answer is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly header: (name: string) => string | undefined;
}

/** Sends one request to the cloud. Rejects with a UserError (ISM630, ISM631), or the signal's reason. */
export type Send = (wire: ApiRequest) => Promise<ApiAnswer>;
