// `ws` exports what reads and writes the frames of a WebSocket by itself; its types (@types/ws) have only the whole client,
// which would open a connection of its own, beside the proxies and certificates of a kubeconfig.

declare module "ws" {
  import type { Buffer } from "node:buffer";
  import type { Duplex, Writable } from "node:stream";

  /** Takes the bytes of the other side; emits "message", "ping", "pong" and, at the end, "conclude"; "error" for what is no frame. */
  export class Receiver extends Writable {
    constructor(options: { readonly isServer: boolean; readonly maxPayload: number });
  }

  /** Writes frames into a connection. */
  export class Sender {
    constructor(socket: Duplex, extensions: Readonly<Record<string, never>>);
    send(
      data: Uint8Array,
      options: { readonly binary: true; readonly compress: false; readonly fin: true; readonly mask: true },
      sent: (error?: Error | null) => void,
    ): void;
    pong(data: Buffer, mask: boolean): void;
    close(code: undefined, reason: undefined, mask: boolean): void;
  }
}
