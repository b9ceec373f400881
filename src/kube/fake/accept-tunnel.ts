import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** What pods answer through port-forwards. */
export interface TunnelEnds {
  /** To an HTTP request, by its path: a raw response. */
  readonly respond: (path: string, port: number) => string;
  /** To everything that has come so far, where it speaks something else than HTTP; undefined to wait for more. */
  readonly answer?: (received: Uint8Array, port: number) => Uint8Array | undefined;
}

/**
 * The far end of a port-forward: a WebSocket with the channels of
 * `v4.channel.k8s.io`, behind which a pod answers every HTTP request whose head
 * has come with what `respond` says for its path, or bytes with bytes.
 */
export function acceptTunnel(incoming: IncomingMessage, socket: Socket, { respond, answer }: TunnelEnds): void {
  const key = incoming.headers["sec-websocket-key"] ?? "";
  // The constant is the protocol's own (RFC 6455, 1.3).
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: v4.channel.k8s.io\r\n\r\n`,
  );
  const port = Number(new URL(incoming.url ?? "", "http://fake").searchParams.get("ports"));
  const announcement = [port & 0xff, port >> 8];
  sendFrame(socket, 0, Uint8Array.from(announcement));
  sendFrame(socket, 1, Uint8Array.from(announcement));
  let received: number[] = [];
  let head = "";
  let bytes: number[] = [];
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    received.push(...chunk);
    for (let frame = takeFrame(received); frame !== undefined; frame = takeFrame(received)) {
      received = frame.rest;
      if (frame.opcode === 8) {
        socket.end();
        return;
      }
      bytes = [...bytes, ...frame.payload.slice(1)];
      const answered = answer?.(Uint8Array.from(bytes), port);
      if (answered !== undefined) {
        bytes = [];
        sendFrame(socket, 0, answered);
        continue;
      }
      head += Buffer.from(frame.payload.slice(1)).toString("utf8");
      if (head.endsWith("\r\n\r\n")) {
        answerHead(socket, respond(head.split(" ")[1] ?? "", port));
        head = "";
      }
    }
  });
}

/** An answer that begins with `error:` goes out on the error channel instead. */
function answerHead(socket: Socket, text: string): void {
  const fails = text.startsWith("error:");
  sendFrame(socket, fails ? 1 : 0, Uint8Array.from(Buffer.from(fails ? text.slice(6) : text, "utf8")));
}

interface TakenFrame {
  readonly opcode: number;
  readonly payload: readonly number[];
  readonly rest: number[];
}

/** Clients' frames are masked (RFC 6455, 5.2). Undefined = not all of it is there yet. */
function takeFrame(bytes: readonly number[]): TakenFrame | undefined {
  const short = (bytes[1] ?? 0) & 0x7f;
  const [length, start] = short === 126 ? [((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0), 4] : [short, 2];
  const end = start + 4 + length;
  if (bytes.length < end || bytes.length < 2) {
    return undefined;
  }
  const mask = bytes.slice(start, start + 4);
  const payload = bytes.slice(start + 4, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload, rest: bytes.slice(end) };
}

function sendFrame(socket: Socket, channel: number, data: Uint8Array): void {
  const length = data.length + 1;
  const head = length < 126 ? [0x82, length] : [0x82, 126, length >> 8, length & 0xff];
  socket.write(Uint8Array.from([...head, channel, ...data]));
}
