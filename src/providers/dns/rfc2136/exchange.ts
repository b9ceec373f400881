import { connect, type Socket } from "node:net";
import { tolerateListeners } from "../../../kube/tolerate-listeners.ts";
import { DnsFailure } from "./dns-failure.ts";

export interface ExchangeOptions {
  readonly host: string;
  readonly port: number;
  /** How long a connection may take. */
  readonly connectMs: number;
  /** How long all answers may take, from when the connection is there. */
  readonly answerMs: number;
  readonly signal: AbortSignal;
}

/**
 * Sends messages over one TCP connection and gives an answer to each, as they come (RFC 7766): whole messages without
 * the length before them. `isLast` says when an answer completes what was asked. Throws a DnsFailure; the signal's
 * reason when aborted. The connection is closed in every case.
 */
export async function exchange(
  messages: readonly Buffer[],
  onAnswer: (answer: Buffer) => "more" | "complete",
  options: ExchangeOptions,
): Promise<void> {
  options.signal.throwIfAborted();
  // Many names at a time, each with a connection of its own.
  tolerateListeners(options.signal);
  const socket = await open(options);
  try {
    await talk(socket, messages, onAnswer, options);
  } finally {
    socket.destroy();
  }
}

async function open({ host, port, connectMs, signal }: ExchangeOptions): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  const end = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) => reject(connectFailure(error)));
      const late = setTimeout(() => reject(new DnsFailure("unreachable", "no-answer-to-connect")), connectMs);
      end.signal.addEventListener("abort", () => clearTimeout(late));
      signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: end.signal });
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    end.abort();
    // Later errors are told by `talk`; one in between must not end the process.
    socket.on("error", () => undefined);
  }
}

async function talk(
  socket: Socket,
  messages: readonly Buffer[],
  onAnswer: (answer: Buffer) => "more" | "complete",
  { answerMs, signal }: ExchangeOptions,
): Promise<void> {
  let received = Buffer.alloc(0);
  const end = new AbortController();
  const partly = (): string => (received.length === 0 ? "" : `after ${received.length} bytes of an answer`);
  try {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new DnsFailure("silent", partly())), answerMs);
      end.signal.addEventListener("abort", () => clearTimeout(late));
      signal.addEventListener("abort", () => reject(signal.reason as Error), { signal: end.signal });
      socket.on("error", (error) => reject(new DnsFailure("cut-off", partly(), { cause: error })));
      socket.on("close", () => reject(new DnsFailure("cut-off", partly())));
      socket.on("data", (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        try {
          for (let whole = takeWhole(received); whole !== undefined; whole = takeWhole(received)) {
            received = received.subarray(whole.length + 2);
            if (onAnswer(whole) === "complete") {
              resolve();
              return;
            }
          }
        } catch (error) {
          reject(error);
        }
      });
      socket.write(Buffer.concat(messages.flatMap((one) => [lengthOf(one), one])));
    });
  } finally {
    end.abort();
  }
}

function takeWhole(received: Buffer): Buffer | undefined {
  const length = received.length < 2 ? undefined : received.readUInt16BE(0);
  return length === undefined || received.length < length + 2 ? undefined : received.subarray(2, length + 2);
}

function lengthOf(message: Buffer): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(message.length);
  return bytes;
}

function connectFailure(error: Error): DnsFailure {
  // Of a name with several addresses Node tells all failures at once.
  const all = error instanceof AggregateError ? (error.errors as readonly Error[]) : [error];
  const codes = all.map((one) => (one as NodeJS.ErrnoException).code ?? one.message);
  return new DnsFailure("unreachable", [...new Set(codes)].join(", "), { cause: error });
}
