import type { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import upgrade from "undici/lib/api/api-upgrade.js";
import { Receiver, Sender } from "ws";
import type { Headers } from "../wire/send-once.ts";

/** Where a WebSocket leads, and what is said to open it. */
export interface WebSocketAddress {
  /** `https://host:port` */
  readonly origin: string;
  readonly path: string;
  /** The only one that is offered, and that the server has to take. */
  readonly protocol: string;
  /** Beside those of the handshake. */
  readonly headers: Headers;
}

/** An open WebSocket, as a client has it. */
export interface WebSocket {
  /** Sends a message; `sent` is called when there is room for the next. */
  send(message: Uint8Array, sent: (error?: Error | null) => void): void;
  /** Says that this is the end. */
  close(): void;
}

/** What comes from the other side. */
export interface WebSocketListener {
  /** One whole message. */
  readonly message: (message: Buffer) => void;
  /** Once, whoever ended it. */
  readonly closed: () => void;
}

/** A constant of the protocol (RFC 6455, 1.3). */
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Opens a WebSocket (RFC 6455) over the connections of `dispatcher`, without
 * extensions. undici has one too, for which the larger half of it is loaded:
 * fetch, caches and streams of browsers. Rejects with whatever keeps it from
 * being opened, without the answer where the server refuses it.
 */
export async function openWebSocket(
  dispatcher: Dispatcher,
  { origin, path, protocol, headers }: WebSocketAddress,
  signal: AbortSignal,
): Promise<Duplex> {
  const key = randomBytes(16).toString("base64");
  const { headers: answer, socket } = await upgrade.call(dispatcher, {
    origin,
    path,
    protocol: "websocket",
    headers: {
      ...headers,
      "sec-websocket-key": key,
      "sec-websocket-version": "13",
      "sec-websocket-protocol": protocol,
    },
    signal,
  });
  const expected = createHash("sha1").update(`${key}${guid}`).digest("base64");
  if (answer["sec-websocket-accept"] !== expected || answer["sec-websocket-protocol"] !== protocol) {
    socket.destroy();
    throw new Error(`the server answered with something else than a WebSocket of ${protocol}`);
  }
  return socket;
}

/** Longer ones are no answer of a port. */
const longest = 2 ** 30;

/** Speaks frames over a connection that was upgraded, by the reader and the writer of `ws`. One that breaks or speaks otherwise is closed. */
export function speakWebSocket(socket: Duplex, { message, closed }: WebSocketListener): WebSocket {
  const receiver = new Receiver({ isServer: false, maxPayload: longest });
  const sender = new Sender(socket, {});
  let ended = false;
  const end = (): void => {
    if (!ended) {
      ended = true;
      socket.destroy();
      closed();
    }
  };
  const close = (): void => {
    if (!ended && socket.writable) {
      sender.close(undefined, undefined, true);
      socket.end();
    }
  };
  receiver.on("message", message);
  receiver.on("ping", (payload: Buffer) => {
    sender.pong(payload, true);
  });
  receiver.on("conclude", () => {
    close();
    end();
  });
  receiver.on("error", end);
  socket.on("data", (chunk: Buffer) => {
    if (!ended) {
      receiver.write(chunk);
    }
  });
  for (const event of ["error", "end", "close"]) {
    socket.once(event, end);
  }
  return {
    send: (bytes, sent) => {
      sender.send(bytes, { binary: true, compress: false, fin: true, mask: true }, sent);
    },
    close,
  };
}
