import type { KubeErrorKind } from "./errors.ts";
import { codeOf } from "./kubeconfig/read-fields.ts";

/** Whether a request without an answer found nobody, nobody to trust, or something that speaks no HTTP. */
export function networkErrorKind(error: unknown): KubeErrorKind {
  if (isTlsCode(codeOf(error) ?? "")) {
    return "tls";
  }
  return isParserError(error) ? "protocol" : "unreachable";
}

/** OpenSSL's and Node's codes for a handshake that failed (https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes). */
function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH|ERROR_IN_CERT_)/.test(
    code,
  );
}

/** undici 7 gives its parser's errors no code, only a name. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError";
}
