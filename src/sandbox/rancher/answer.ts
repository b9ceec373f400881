import type { IncomingMessage, ServerResponse } from "node:http";

/** The largest body that the double reads itself; bodies for clusters pass through unread. */
const largestBody = 1024 * 1024;

/** An error that goes to the caller in one of the forms that Rancher has. */
export class AnswerError extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, message: string, body: object) {
    super(message);
    this.name = "AnswerError";
    this.status = status;
    this.body = body;
  }
}

/** 401 as the authentication filter gives it, whatever the reason is (RANCHER requests/filter.go, util/common_util.go). */
export function unauthorized(): AnswerError {
  const message = "Unauthorized 401: must authenticate";
  return new AnswerError(401, message, { type: "error", status: "401", message });
}

/** An error of the v3 API (norman's httperror): `{"baseType":"error","code":"NotFound",…}`. */
export function v3Error(status: number, code: string, message: string): AnswerError {
  return new AnswerError(status, message, { baseType: "error", code, message, status, type: "error" });
}

/** An error of the `/k8s/clusters` router, before it reaches a cluster (RANCHER clusterrouter/router.go). */
export function routerError(status: number, code: string, message: string): AnswerError {
  return new AnswerError(status, message, {
    Code: { Code: code, Status: status },
    Message: message,
    Cause: null,
    FieldName: "",
  });
}

/** A cluster whose agent has no connection to Rancher. */
export function clusterUnavailable(): AnswerError {
  return routerError(503, "ClusterUnavailable", "cluster agent disconnected");
}

/** An error of an API that follows Kubernetes' conventions: a `Status`. */
export function statusError(status: number, reason: string, message: string): AnswerError {
  return new AnswerError(status, message, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    code: status,
  });
}

/** Sends JSON. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** Sends an error in its form; what is none of Rancher's is a 500 that says no more than its message. */
export function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof AnswerError ? error : v3Error(500, "ServerError", (error as Error).message);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  sendJson(response, known.status, known.body);
}

/** The JSON object of a request; an empty body is an empty one. Throws an AnswerError 400 or 413 in the v3 form. */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > largestBody) {
      throw v3Error(413, "MaxLimitExceeded", "the body is too large");
    }
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Readonly<Record<string, unknown>>;
    }
  } catch {
    // Told below.
  }
  throw v3Error(400, "InvalidBodyContent", "the body is no JSON object");
}
