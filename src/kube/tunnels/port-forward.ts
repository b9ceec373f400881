import type { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { PodPort } from "../client.ts";
import type { Connection } from "../connection.ts";
import type { KubeError } from "../errors.ts";
import type { RequestSubject } from "../report-failure.ts";
import type { WireRequest } from "../wire/wire-request.ts";
import { openWebSocket, speakWebSocket } from "./web-socket.ts";

/**
 * One port of a pod as a byte stream, by WebSocket: binary frames that begin
 * with a channel, 0 = data and 1 = error, and whose first one in each channel
 * is the port (k8s.io/cri-streaming, portforward/websocket.go). There is no
 * half-close: ending the stream's writing side ends the tunnel.
 */
export async function openPortForward(connection: Connection, target: PodPort, signal: AbortSignal): Promise<Duplex> {
  const subject = subjectOf(target);
  const path = `/api/v1/namespaces/${encodeURIComponent(target.namespace)}/pods/${encodeURIComponent(target.pod)}/portforward?ports=${target.port}`;
  const { dispatcher, headers, base } = await connection.transport.tunnel(subject, signal);
  const { origin, pathname } = new URL(base);
  const address = { origin, path: `${pathname.replace(/\/$/, "")}${path}`, protocol: "v4.channel.k8s.io", headers };
  let socket: Duplex;
  try {
    socket = await openWebSocket(dispatcher, address, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw await explainRefusal(connection, { path, subject, signal }, error);
  }
  return streamOver(socket, (words) => connection.report.tunnelFailure(words, subject));
}

/** What a tunnel is about, for messages. */
export function subjectOf({ namespace, pod, port }: PodPort): RequestSubject {
  return {
    verb: `port-forward to port ${port} of`,
    object: { apiVersion: "v1", kind: "Pod", namespace, name: pod },
  };
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

function streamOver(socket: Duplex, fail: (words: string) => KubeError): Duplex {
  const announced = new Set<number>();
  const stream = new Duplex({
    // The peer is not slowed down: answers of admin ports are small enough for memory.
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const message = new Uint8Array(chunk.length + 1);
      message[0] = dataChannel;
      message.set(chunk, 1);
      tunnel.send(message, done);
    },
    final(done) {
      tunnel.close();
      done();
    },
    destroy(error, done) {
      tunnel.close();
      done(error);
    },
  });
  const tunnel = speakWebSocket(socket, {
    message: (message) => {
      const channel = message[0] ?? dataChannel;
      if (!announced.has(channel)) {
        announced.add(channel);
      } else if (channel === errorChannel) {
        stream.destroy(fail(message.subarray(1).toString("utf8")));
      } else {
        stream.push(message.subarray(1));
      }
    },
    closed: () => {
      if (!stream.destroyed && !stream.readableEnded) {
        stream.push(null);
      }
    },
  });
  return stream;
}
