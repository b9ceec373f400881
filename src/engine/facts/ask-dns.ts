import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { DnsAnswer } from "../../core/checks/system-facts.ts";
import type { KubeClient, PodPort } from "../../kube/client.ts";
import { withinTime } from "../../kube/within-time.ts";
import { noWay } from "../../core/checks/network/cluster-dns.ts";

/** The API server's own Service, which is in every cluster (RFC 1035, 3.1: a name is its labels with their lengths). */
const askedName = ["kubernetes", "default", "svc", "cluster", "local"];

/** What a server says of a name, in the words of https://www.iana.org/assignments/dns-parameters (DNS RCODEs). */
const codes: readonly string[] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/** How long an answer may take: servers ask others for names that they do not know. */
const answerMs = 4000;

/** How long a port-forward may take to come about. */
const wayMs = 10_000;

/** So many names are asked for; servers take a hundred or so by one connection. */
const askedNames = 50;

/**
 * Asks a pod of the cluster's DNS for the name of a Service that is in every
 * cluster, and where it knows that for these hosts, by TCP through a
 * port-forward. That shows what the server has; not whether packets of other
 * pods get there. Hosts after one that it does not answer for are left out.
 */
export async function askDns(
  client: KubeClient,
  target: PodPort,
  signal: AbortSignal,
  hosts: readonly string[] = [],
): Promise<DnsAnswer> {
  const { pod } = target;
  try {
    const stream = await openWay(client, target, signal);
    try {
      const { says } = await ask(stream, askedName, signal);
      const names = says === "NOERROR" ? await askAll(stream, hosts.slice(0, askedNames), signal) : [];
      return { pod, says, ...(names.length === 0 ? {} : { names }) };
    } finally {
      stream.destroy();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { pod, problem: (error as Error).message };
  }
}

async function askAll(
  stream: Duplex,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<NonNullable<DnsAnswer["names"]>> {
  const found: NonNullable<DnsAnswer["names"]>[number][] = [];
  try {
    for (const host of hosts) {
      found.push({ host, ...(await ask(stream, host.split("."), signal)) });
    }
  } catch {
    signal.throwIfAborted();
  }
  return found;
}

/** The kubelet of a node that hangs never opens one. */
async function openWay(client: KubeClient, target: PodPort, signal: AbortSignal): Promise<Duplex> {
  const late = (): Error => new Error(`${noWay} within ${wayMs / 1000} s`);
  return withinTime({ signal, timeoutMs: wayMs, late }, async (stop) =>
    client.podForward(target, { signal: stop.signal }),
  );
}

/** A question for an address, with its length before it (RFC 1035, 4.1 and 4.2.2). */
function question(labels: readonly string[]): Uint8Array {
  const name = labels.flatMap((label) => [label.length, ...Buffer.from(label, "ascii")]);
  // Number 1, recursion desired, one question; then type A and class IN.
  const message = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 0, 1, 0, 1];
  return Uint8Array.from([message.length >> 8, message.length & 0xff, ...message]);
}

/** What is said of a name, and its IPv4 addresses. */
interface Said {
  readonly says: string;
  readonly addresses: readonly string[];
}

async function ask(stream: Duplex, labels: readonly string[], signal: AbortSignal): Promise<Said> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      stream.off("error", fail).off("close", close).off("end", close).off("data", take);
      settle();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const close = (): void => fail(new Error("the connection was closed without an answer"));
    const abort = (): void => fail(signal.reason as Error);
    const take = (chunk: Uint8Array): void => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        end(() => resolve(readMessage(received.subarray(2, 2 + received.readUInt16BE(0)))));
      }
    };
    const timer = setTimeout(() => fail(new Error(`no answer within ${answerMs / 1000} s`)), answerMs);
    signal.addEventListener("abort", abort, { once: true });
    stream.on("error", fail).on("close", close).on("end", close).on("data", take);
    stream.write(question(labels));
  });
}

/** Of an answer that is cut short, its code alone. */
function readMessage(message: Buffer): Said {
  const code = (message[3] ?? 0) & 0x0f;
  const says = codes[code] ?? `code ${code}`;
  try {
    return { says, addresses: addressesIn(message) };
  } catch (error) {
    if (error instanceof RangeError) {
      return { says, addresses: [] };
    }
    throw error;
  }
}

/** The records of type A among the answers (RFC 1035, 4.1.3). */
function addressesIn(message: Buffer): readonly string[] {
  const found: string[] = [];
  const [questions, answers] = [message.readUInt16BE(4), message.readUInt16BE(6)];
  let at = 12;
  for (let index = 0; index < questions; index += 1) {
    at = afterName(message, at) + 4;
  }
  for (let index = 0; index < answers; index += 1) {
    at = afterName(message, at);
    const [type, length] = [message.readUInt16BE(at), message.readUInt16BE(at + 8)];
    if (type === 1 && length === 4) {
      found.push([...message.subarray(at + 10, at + 14)].join("."));
    }
    at += 10 + length;
  }
  return found;
}

/** A name ends with an empty label, or with a pointer to another place (RFC 1035, 4.1.4). */
function afterName(message: Buffer, from: number): number {
  let at = from;
  for (let length = message.readUInt8(at); length !== 0; length = message.readUInt8(at)) {
    if (length >= 0xc0) {
      return at + 2;
    }
    at += 1 + length;
  }
  return at + 1;
}
