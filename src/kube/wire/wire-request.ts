import type { Readable } from "node:stream";
import type { RequestSubject } from "../report-failure.ts";

/** One request to an API server. `path` begins with `/api` or the like; a path in the server's URL is put before it. */
export interface WireRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly contentType?: string;
  /** The form of the answer; default `application/json`. */
  readonly accept?: string;
  /** True where a 409 that names no field is repeated: somebody else was faster, and the next try starts from what is there then. */
  readonly racing?: boolean;
  /** True where an answer of a server in trouble may be that of a program behind the API server: it stays. */
  readonly relayed?: boolean;
  /** Where an answer must come sooner than the client's limit says. */
  readonly timeoutMs?: number;
  /** True: is not counted among the client's requests at a time, and waits for none. */
  readonly urgent?: boolean;
  /** For messages: what is tried, with which object. */
  readonly subject: RequestSubject;
  readonly signal: AbortSignal;
}

export interface WireResponse {
  readonly status: number;
  readonly text: string;
}

export interface WireStream {
  readonly status: number;
  readonly body: Readable;
}
