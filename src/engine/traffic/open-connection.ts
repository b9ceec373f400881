import { connect } from "node:tls";
import type { KubeClient, PodPort } from "../../kube/client.ts";

/** A connection that is open until it is closed, or until somebody else ends it. */
export interface Connection {
  /** Why nobody answers for it: it ended before a byte came, or never came about. Undefined while it is well. */
  readonly broken: () => string | undefined;
  readonly close: () => void;
}

const handshakeMs = 10_000;

/**
 * A TLS connection with that name in its handshake. Whose certificate is shown,
 * and whether it is trusted, is not what is asked. Rejects only when the signal fires.
 */
export async function openTls(
  { address, port, servername }: { readonly address: string; readonly port: number; readonly servername: string },
  signal: AbortSignal,
): Promise<Connection> {
  signal.throwIfAborted();
  const socket = connect({ host: address, port, servername, rejectUnauthorized: false });
  const broken = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(`no TLS handshake within ${handshakeMs / 1000} s`), handshakeMs);
    const end = (reason: string | undefined): void => {
      clearTimeout(timer);
      resolve(reason);
    };
    signal.addEventListener("abort", () => end("given up"), { once: true });
    socket.once("secureConnect", () => end(undefined));
    socket.on("error", (error: NodeJS.ErrnoException) => end(reasonOf(error)));
    socket.once("close", () => end("connection closed before the TLS handshake"));
  });
  if (broken !== undefined) {
    socket.destroy();
  }
  signal.throwIfAborted();
  return { broken: () => broken, close: () => socket.destroy() };
}

/** What TLS itself does not like are bytes that somebody has answered with. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string | undefined {
  if (code?.startsWith("ERR_SSL_") === true) {
    return undefined;
  }
  return code === "ECONNRESET" ? "connection reset before the TLS handshake" : message;
}

/** A connection to a port of a pod. Rejects only when the signal fires. */
export async function openTunnel(client: KubeClient, port: PodPort, signal: AbortSignal): Promise<Connection> {
  try {
    const stream = await client.podForward(port, { signal });
    const seen = { isClosed: false, hasData: false };
    const closed = (): void => {
      seen.isClosed = true;
    };
    stream.on("error", closed).on("end", closed).on("close", closed);
    stream.on("data", () => {
      seen.hasData = true;
    });
    return {
      broken: () => (seen.isClosed && !seen.hasData ? "connection closed before a byte came" : undefined),
      close: () => stream.destroy(),
    };
  } catch (error) {
    signal.throwIfAborted();
    return { broken: () => (error instanceof Error ? error.message : String(error)), close: () => {} };
  }
}
