import { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import upgrade from "undici/lib/api/api-upgrade.js";
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

const opcodes = { continuation: 0, close: 8, ping: 9, pong: 10 } as const;
const binary = 2;

/** Speaks frames over a connection that was upgraded. One that breaks or speaks otherwise is closed. */
export function speakWebSocket(socket: Duplex, { message, closed }: WebSocketListener): WebSocket {
  let rest: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
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
      socket.end(frameOf(opcodes.close, Buffer.alloc(0)));
    }
  };
  const take = (frame: Frame): void => {
    if (ended) {
      // Nothing counts behind the end.
    } else if (frame.opcode === opcodes.close) {
      close();
      end();
    } else if (frame.opcode === opcodes.ping) {
      socket.write(frameOf(opcodes.pong, frame.payload));
    } else if (frame.opcode !== opcodes.pong) {
      parts.push(frame.payload);
      if (frame.final) {
        const whole = parts.length === 1 ? frame.payload : Buffer.concat(parts);
        parts = [];
        message(whole);
      }
    }
  };
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let frame = readFrame(rest); frame !== undefined; frame = readFrame(rest)) {
      if (frame === "broken") {
        end();
        return;
      }
      rest = rest.subarray(frame.length);
      take(frame);
    }
  });
  for (const event of ["error", "end", "close"]) {
    socket.once(event, end);
  }
  return { send: (bytes, sent) => socket.write(frameOf(binary, bytes), sent), close };
}

interface Frame {
  readonly opcode: number;
  readonly final: boolean;
  readonly payload: Buffer;
  /** Of the whole frame, in bytes. */
  readonly length: number;
}

/** Longer ones are no answer of a port. */
const longest = 2 ** 30;

/** The first frame of what has come; undefined while it is not whole (RFC 6455, 5.2). A server's frames have no mask, and without extensions no reserved bit. */
function readFrame(bytes: Buffer): Frame | "broken" | undefined {
  if (bytes.length < 2) {
    return undefined;
  }
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  if ((first & 0x70) !== 0 || (second & 0x80) !== 0) {
    return "broken";
  }
  const head = second === 126 ? 4 : second === 127 ? 10 : 2;
  if (bytes.length < head) {
    return undefined;
  }
  const size = head === 2 ? second : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (size > longest) {
    return "broken";
  }
  return bytes.length < head + size
    ? undefined
    : {
        opcode: first & 0x0f,
        final: (first & 0x80) !== 0,
        payload: bytes.subarray(head, head + size),
        length: head + size,
      };
}

/** A client's frame: whole, and masked. */
function frameOf(opcode: number, payload: Uint8Array): Buffer {
  const size = payload.length;
  const head = size < 126 ? 2 : size < 65_536 ? 4 : 10;
  const frame = Buffer.alloc(head + 4 + size);
  frame.writeUInt8(0x80 | opcode, 0);
  frame.writeUInt8(0x80 | (head === 2 ? size : head === 4 ? 126 : 127), 1);
  if (head === 4) {
    frame.writeUInt16BE(size, 2);
  } else if (head === 10) {
    frame.writeBigUInt64BE(BigInt(size), 2);
  }
  const mask = randomBytes(4);
  frame.set(mask, head);
  for (const [index, byte] of payload.entries()) {
    frame[head + 4 + index] = byte ^ (mask[index % 4] ?? 0);
  }
  return frame;
}
