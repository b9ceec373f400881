import request from "undici/lib/api/api-request.js";
import { redactText } from "../../../kube/credentials/redact-text.ts";
import { contextOfServer } from "../../../kube/kubeconfig/context-of-server.ts";
import { parseRecord } from "../../../kube/kubeconfig/read-fields.ts";
import { createConnections } from "../../../kube/wire/connections.ts";
import { tolerateListeners } from "../../../kube/tolerate-listeners.ts";
import { userAgent } from "../../../kube/wire/user-agent.ts";
import type { OpenStackAccess } from "./openstack-access.ts";
import { noAnswer } from "./designate-refusals.ts";
import type { Send } from "./api-wire.ts";

const limits = { connectTimeoutMs: 5000, requestTimeoutMs: 15_000 };

/** Opens nothing yet. */
export function createSend(access: OpenStackAccess): Send {
  const { authUrl, caData, proxyUrl } = access;
  const context = contextOfServer(new URL(authUrl).origin, {
    caData,
    proxyUrl,
    user: { name: "openstack" },
    file: authUrl,
  });
  const connections = createConnections(context, limits);
  return async ({ method, url, headers, body, signal }) => {
    const { origin, pathname, search } = new URL(url);
    tolerateListeners(signal);
    try {
      const response = await request.call(await connections.get({}), {
        origin,
        path: `${pathname}${search}`,
        method,
        headers: {
          accept: "application/json",
          "user-agent": userAgent,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal,
        headersTimeout: limits.requestTimeoutMs,
        bodyTimeout: limits.requestTimeoutMs,
      });
      const text = await response.body.text();
      const header = (name: string): string | undefined => [response.headers[name]].flat()[0];
      return { url, status: response.statusCode, body: parseRecord(text) ?? {}, header };
    } catch (error) {
      signal.throwIfAborted();
      throw noAnswer(origin, method, error, (text) => redactText(text, proxyUrl === undefined ? [] : [proxyUrl]));
    }
  };
}
