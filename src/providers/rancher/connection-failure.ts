import type { Secret } from "../../core/secret.ts";
import { redactText } from "../../kube/credentials/redact-text.ts";
import { codeOf } from "../../kube/kubeconfig/read-fields.ts";
import { listAuthorities, probeCertificate } from "../../kube/probe-certificate.ts";
import { contextOfRancher } from "./rancher-context.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherRequest } from "./rancher-wire.ts";
import type { RancherAccess } from "./read-access.ts";

/** The RancherError of a request that got no answer. Where a certificate is not trusted, it looks at that once more. */
export async function connectionFailure(
  error: unknown,
  wire: RancherRequest,
  access: RancherAccess,
): Promise<RancherError> {
  const code = connectionCode(error);
  const message = redactText(error instanceof Error && error.message !== "" ? error.message : code, [access.token]);
  const plain = /wrong version number|packet length too long|http_parser|HTTPParserError/i.test(
    `${message} ${error instanceof Error ? error.name : ""}`,
  );
  const tls = !plain && isTlsCode(code);
  const { server, context, file } = contextOfRancher(access);
  const proxied = access.proxyUrl !== undefined;
  const presented = tls
    ? await probeCertificate({ server, context, file, clientCertificate: false, proxied })
    : undefined;
  return new RancherError({
    kind: plain ? "not-rancher" : tls ? "tls" : "unreachable",
    url: access.url,
    subject: wire.subject,
    message,
    code,
    ...(wire.clusterId === undefined ? {} : { clusterId: wire.clusterId }),
    ...(presented === undefined ? {} : { presented }),
    authorities: access.caData === undefined ? [] : listAuthorities(access.caData),
    ...(access.caFile === undefined ? {} : { caFile: access.caFile }),
    ...(access.proxyUrl === undefined || !URL.canParse(access.proxyUrl.expose())
      ? {}
      : { proxy: { url: withoutPassword(access.proxyUrl), from: access.proxyFrom ?? "the environment" } }),
    cause: error,
  });
}

/** Connects to a name with several addresses fail with an AggregateError: its first error stands for all. */
export function connectionCode(error: unknown): string {
  const errors = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  return codeOf(error) ?? codeOf(errors[0]) ?? "";
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/.test(code);
}

function withoutPassword(proxy: Secret): string {
  const { protocol, host } = new URL(proxy.expose());
  return `${protocol}//${host}`;
}
