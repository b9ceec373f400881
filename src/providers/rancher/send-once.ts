import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import request from "undici/lib/api/api-request.js";
import { userAgent } from "../../kube/wire/user-agent.ts";
import type { RancherRequest } from "./rancher-wire.ts";
import type { RancherAccess } from "./read-access.ts";

/** An answer of any status, read to its end. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request with the token, and reads the whole answer within `timeoutMs`. */
export async function sendOnce(
  access: RancherAccess,
  wire: RancherRequest,
  { dispatcher, timeoutMs }: { readonly dispatcher: Dispatcher; readonly timeoutMs: number },
): Promise<RawAnswer> {
  const { origin, pathname } = new URL(access.url);
  const response = await request.call(dispatcher, {
    origin,
    path: pathname.replace(/\/$/, "") + wire.path,
    method: wire.method,
    headers: {
      accept: "application/json",
      "user-agent": userAgent,
      ...(wire.authorized === false ? {} : { authorization: `Bearer ${access.token.expose()}` }),
      ...(wire.body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: wire.body === undefined ? null : JSON.stringify(wire.body),
    signal: wire.signal,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}
