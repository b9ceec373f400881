import { redactPatterns } from "../core/redact/patterns.ts";
import type { Secret } from "../core/secret.ts";
import type { KubeEndpoint } from "./errors.ts";
import { describeProxyOrigin } from "./kubeconfig/read-proxy.ts";
import type { ResolvedContext } from "./kubeconfig/resolve-context.ts";

/** What errors say of the way to a server. Holds no secret. */
export function endpointOf(context: ResolvedContext): KubeEndpoint {
  return {
    server: redactPatterns(context.server),
    context: context.context,
    file: context.file,
    ...(context.caData === undefined ? {} : { caData: context.caData }),
    ...(context.tlsServerName === undefined ? {} : { tlsServerName: context.tlsServerName }),
    clientCertificate: context.user.clientCertificate !== undefined,
    proxied: context.proxyUrl !== undefined,
    ...(context.proxyUrl === undefined
      ? {}
      : { proxy: { url: withoutPassword(context.proxyUrl), from: describeProxyOrigin(context.proxyFrom) } }),
  };
}

function withoutPassword(proxyUrl: Secret): string {
  const url = new URL(proxyUrl.expose());
  return `${url.protocol}//${url.host}`;
}
