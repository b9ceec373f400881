import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { WebSocket } from "undici";
import type { PodPort } from "../client.ts";
import type { Connection } from "../connection.ts";
import type { KubeError } from "../errors.ts";
import type { RequestSubject } from "../report-failure.ts";
import type { WireRequest } from "../wire/wire-request.ts";

/**
 * One port of a pod as a byte stream, by WebSocket: binary frames that begin
 * with a channel, 0 = data and 1 = error, and whose first one in each channel
 * is the port (k8s.io/cri-streaming, portforward/websocket.go). There is no
 * half-close: ending the stream's writing side ends the tunnel.
 */
export async function openPortForward(connection: Connection, target: PodPort, signal: AbortSignal): Promise<Duplex> {
  const subject = subjectOf(target);
  const path = `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods/${encodeURIComponent(target.pod)}/portforward?ports=${target.port}`;
  const { dispatcher, base } = await connection.transport.tunnel(subject, signal);
  // Loaded here, since plain requests do without the larger half of undici. As a bundle, a CommonJS module has no other export than its default.
  const { default: undici } = await import("undici");
  signal.throwIfAborted();
  const socket = new undici.WebSocket(`${base.replace(/^http/, "ws")}${path}`, {
    protocols: ["v4.channel.k8s.io"],
    dispatcher,
  });
  socket.binaryType = "arraybuffer";
  const stream = streamOver(socket, (words) => connection.report.tunnelFailure(words, subject));
  await opened(socket, signal).catch(async (error: unknown) => {
    stream.destroy();
    signal.throwIfAborted();
    throw await explainRefusal(connection, { path, subject, signal }, error);
  });
  return stream;
}

/** What a tunnel is about, for messages. */
export function subjectOf({ namespace, pod, port }: PodPort): RequestSubject {
  return {
    verb: `port-forward to port ${port} of`,
    object: { apiVersion: "v1", kind: "Pod", namespace, name: pod },
  };
}

async function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      socket.close();
      reject(signal.reason);
    };
    const settle = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    socket.addEventListener("open", () => {
      settle();
      resolve();
    });
    socket.addEventListener("error", (event) => {
      settle();
      reject(event.error ?? new Error(event.message));
    });
  });
}

/** A WebSocket hides the answer that refused it; the same address by a plain request gives the reason. */
async function explainRefusal(
  { transport, report }: Connection,
  refused: Pick<WireRequest, "path" | "subject" | "signal">,
  error: unknown,
): Promise<KubeError> {
  const { subject } = refused;
  const answer = await transport.send({ method: "GET", ...refused });
  // 400 is what a plain request gets where a WebSocket would have been let through.
  if (answer.status <= 400) {
    return report.tunnelFailure(error instanceof Error ? error.message : "the tunnel was refused", subject);
  }
  return report.answerFailure(answer, subject);
}

const dataChannel = 0;
const errorChannel = 1;

function streamOver(socket: WebSocket, fail: (words: string) => KubeError): Duplex {
  const announced = new Set<number>();
  const stream = new Duplex({
    // The peer is not slowed down: answers of admin ports are small enough for memory.
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const frame = new Uint8Array(chunk.length + 1);
      frame[0] = dataChannel;
      frame.set(chunk, 1);
      socket.send(frame);
      done();
    },
    final(done) {
      socket.close();
      done();
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
  socket.addEventListener("message", (event) => {
    const frame = Buffer.from(event.data as ArrayBuffer);
    const channel = frame[0] ?? dataChannel;
    if (!announced.has(channel)) {
      announced.add(channel);
    } else if (channel === errorChannel) {
      stream.destroy(fail(frame.subarray(1).toString("utf8")));
    } else {
      stream.push(frame.subarray(1));
    }
  });
  socket.addEventListener("close", () => {
    if (!stream.destroyed && !stream.readableEnded) {
      stream.push(null);
    }
  });
  return stream;
}
