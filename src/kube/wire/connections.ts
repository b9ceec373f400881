import { Buffer } from "node:buffer";
import type { SecureContext } from "node:tls";
import { createSecureContext } from "node:tls";
import type { Dispatcher } from "undici";
import Agent from "undici/lib/dispatcher/agent.js";
import type { KubeLimits } from "../client.ts";
import type { Authorization } from "../credentials/authorizer.ts";
import type { ResolvedContext } from "../kubeconfig/resolve-context.ts";

/** The keep-alive connections to one API server. */
export interface Connections {
  /** Connections that present the authorization's client certificate. */
  get(authorization: Authorization): Promise<Dispatcher>;
  /** Ends all; requests under way fail. */
  close(): Promise<void>;
}

/** Opens nothing yet. Connections are made anew when the client certificate changes. */
export function createConnections(context: ResolvedContext, limits: Pick<KubeLimits, "connectTimeoutMs">): Connections {
  let current: { readonly certificate: string | undefined; readonly dispatcher: Promise<Dispatcher> } | undefined;
  let closed = false;
  return {
    async get(authorization) {
      if (closed) {
        throw Object.assign(new Error("the client is closed"), { code: "UND_ERR_CLOSED" });
      }
      const certificate = authorization.clientCertificate?.certificate;
      if (current === undefined || current.certificate !== certificate) {
        const old = current;
        current = { certificate, dispatcher: createDispatcher(context, limits, authorization) };
        // Requests under way end on the old connections.
        void old?.dispatcher.then(async (dispatcher) => dispatcher.close());
      }
      return current.dispatcher;
    },
    async close() {
      closed = true;
      const last = current;
      current = undefined;
      await (await last?.dispatcher)?.destroy();
    },
  };
}

async function createDispatcher(
  context: ResolvedContext,
  limits: Pick<KubeLimits, "connectTimeoutMs">,
  authorization: Authorization,
): Promise<Dispatcher> {
  const tls = tlsOptions(context, authorization);
  const timing = { connectTimeout: limits.connectTimeoutMs, keepAliveTimeout: 30_000 };
  if (context.proxyUrl === undefined) {
    return new Agent({ ...timing, connect: { ...tls, timeout: limits.connectTimeoutMs } });
  }
  // As a bundle, a CommonJS module has no other export than its default.
  const { default: undici } = await import("undici");
  return new undici.ProxyAgent({
    ...timing,
    uri: context.proxyUrl.expose(),
    requestTls: { ...tls, timeout: limits.connectTimeoutMs },
  });
}

interface TlsOptions {
  readonly secureContext?: SecureContext;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** One secure context for all connections: making one reads all authorities and keys again. */
function tlsOptions(context: ResolvedContext, authorization: Authorization): TlsOptions {
  if (!context.server.startsWith("https:")) {
    return {};
  }
  const { clientCertificate } = authorization;
  return {
    secureContext: createSecureContext({
      ...(context.caData === undefined ? {} : { ca: Buffer.from(context.caData, "base64") }),
      ...(clientCertificate === undefined
        ? {}
        : { cert: clientCertificate.certificate, key: clientCertificate.key.expose() }),
    }),
    ...(context.tlsServerName === undefined ? {} : { servername: context.tlsServerName }),
    rejectUnauthorized: !context.insecureSkipTlsVerify,
  };
}
