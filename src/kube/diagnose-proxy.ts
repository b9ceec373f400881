import type { Advice } from "./advice.ts";
import type { KubeError } from "./errors.ts";

/**
 * A connection through a proxy that did not come about: it is the proxy that
 * said no, or did not say anything, and nothing is known of the API server.
 * Undefined without a proxy, and for what came after the way was open.
 */
export function diagnoseProxy({ endpoint, message }: KubeError, code: string): Advice | undefined {
  const { proxy, server } = endpoint;
  const words = proxy === undefined ? undefined : explainProxyFailure(code, message);
  if (proxy === undefined || words === undefined) {
    return undefined;
  }
  return {
    code: "ISM294",
    detail: `The way to ${server} goes through the proxy ${proxy.url}, which ${proxy.from} names (context ${endpoint.context} of ${endpoint.file}), and ${words}. Nothing was seen of the API server.`,
    fix: proxy.from.startsWith("proxy-url")
      ? "Start the proxy, or correct proxy-url in the kubeconfig; without it requests go straight to the server."
      : `Start the proxy, or correct ${proxy.from}. Where the cluster is reached without one, put its host into NO_PROXY:\n    export NO_PROXY="$NO_PROXY,${new URL(server).hostname}"`,
  };
}

/** What a failed connection through a proxy says of the proxy, in words that follow "and"; undefined for what came after the way was open. */
export function explainProxyFailure(code: string, message: string): string | undefined {
  return refusals[code] ?? answerOf(message);
}

/** What a connection to the proxy itself fails with. */
const refusals: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: the connection was refused",
  EHOSTUNREACH: "this machine finds no way to it",
  ENETUNREACH: "this machine finds no way to it",
  EADDRNOTAVAIL: "this machine finds no way to it",
  ENOTFOUND: "its name is not known to DNS",
  EAI_AGAIN: "its name could not be resolved: DNS does not answer",
  UND_ERR_CONNECT_TIMEOUT: "no connection to it came about in time",
  ETIMEDOUT: "no connection to it came about in time",
};

/** What the proxy said, by undici's words: it has no codes for that. */
function answerOf(message: string): string | undefined {
  const status = /Proxy response \((\d+)\)/.exec(message)?.[1];
  if (status === "407") {
    return "it wants a user and a password, or others (407)";
  }
  if (status !== undefined) {
    return Number(status) >= 500
      ? `it does not reach the server, and answers ${status}`
      : `it does not let the connection through, and answers ${status}`;
  }
  const socks = /SOCKS5? .*$/i.exec(message)?.[0];
  return socks === undefined ? undefined : `it does not let the connection through: ${socks}`;
}
